package io.kelson.server.mvcc;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a store in a directory says of itself, read without changing it.
 *
 * @param clusterId the cluster it belongs to
 * @param applied the last log entry whose effect it holds
 * @param revision its newest revision
 * @param compactRevision the oldest revision that can be read, below 1 if all can
 * @param keys how many keys there are
 */
public record StoreFacts(
    long clusterId, LogPosition applied, long revision, long compactRevision, long keys) {
  /** The least that a store can be opened with: it is closed again at once. */
  private static final MvccOptions SMALL = new MvccOptions(0, 1 << 20, 64 << 10, 0);

  /**
   * Looks at a store that nobody writes to. Blocks for the disk.
   *
   * @throws IOException if there is no store of this version, or it cannot be read
   */
  public static StoreFacts of(Path directory) throws IOException {
    try (Database database = Database.openReadOnly(directory, SMALL)) {
      byte[] cluster = StoreMeta.get(database, Layout.CLUSTER);
      long clusterId = cluster == null ? 0 : Layout.decodeLong(cluster);
      StoreFormat.requireSame(
          database,
          new MvccOptions(clusterId, SMALL.blockCacheBytes(), SMALL.memtableBytes(), 0),
          StoreMeta.get(database, Layout.FORMAT));
      StoreMeta meta = StoreMeta.read(database);
      return new StoreFacts(
          clusterId,
          meta.applied(),
          meta.revision(),
          meta.compactRevision(),
          Fences.load(database).total());
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
