package io.kelson.server.mvcc;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Makes the store of one cluster the store with which another one begins: who the members were
 * goes, all that clients wrote stays.
 *
 * @param clusterId the new cluster
 * @param config data of the configuration it begins with
 * @param origin tells this restore from others; the same on every member of the new cluster
 * @param revisionBump added to the newest revision; 0 or more
 * @param compacts whether everything before the newest revision, as bumped, counts as compacted
 */
public record StoreTransplant(
    long clusterId, byte[] config, byte[] origin, long revisionBump, boolean compacts) {
  /**
   * Changes a store that nobody uses. Durable on return; equal stores become equal stores.
   *
   * @return what it says of itself now
   * @throws IOException if it is not a store of this version, cannot be read or written, or its
   *     revision would leave the range of revisions
   */
  public StoreFacts carryOut(Path directory) throws IOException {
    StoreFacts before = StoreFacts.of(directory);
    if (before.revision() > Long.MAX_VALUE - revisionBump) {
      throw new IOException(
          "revision %d plus a bump of %d is more than a revision can be; choose a smaller --bump-revision"
              .formatted(before.revision(), revisionBump));
    }
    MvccOptions options = MvccOptions.defaults(before.clusterId());
    try (Database database =
            Database.open(directory, options, new StoreRoom(StoreRoom.Listener.NONE));
        WriteBatch writes = new WriteBatch()) {
      collect(database, before, writes);
      database.write(writes);
      if (!database.maybeFlush()) {
        throw new IOException("no room to write to " + directory + "; free space on its disk");
      }
    } catch (RocksDBException | StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
    return StoreFacts.of(directory);
  }

  private void collect(Database database, StoreFacts before, WriteBatch writes)
      throws RocksDBException {
    long revision = before.revision() + revisionBump;
    writes.deleteRange(database.meta(), Layout.MEMBER_PREFIX, Layout.MEMBER_END);
    // Alarms are of members that are gone.
    writes.deleteRange(database.meta(), Layout.ALARM_PREFIX, Layout.ALARM_END);
    writes.put(database.meta(), Layout.CLUSTER, Layout.encodeLong(clusterId));
    writes.put(database.meta(), Layout.CONFIG, config);
    writes.put(database.meta(), Layout.RESTORED, origin);
    writes.put(database.meta(), Layout.REVISION, Layout.encodeLong(revision));
    if (compacts) {
      writes.put(database.meta(), Layout.COMPACT, Layout.encodeLong(revision));
    }
  }
}
