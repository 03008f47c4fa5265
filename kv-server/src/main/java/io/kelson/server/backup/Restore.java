package io.kelson.server.backup;

import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.LogOwner;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.snapshot.SnapshotDisk;
import io.kelson.raft.snapshot.StoreGenerations;
import io.kelson.server.cluster.ClusterInfo;
import io.kelson.server.cluster.Identity;
import io.kelson.server.cluster.RestoreSite;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.membership.Members;
import io.kelson.server.mvcc.StoreFacts;
import io.kelson.server.mvcc.StoreTransplant;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes of a backup the data directory of one member of a new cluster.
 *
 * <p>Every member of the new cluster is restored from the same file, each on its own; as all of
 * them make the same of it, they begin with the same state behind the same position of a log that
 * is otherwise empty. The algorithm cannot tell this from a cluster that has cut its log there.
 */
public final class Restore {
  /**
   * What to restore.
   *
   * @param file the backup
   * @param member the member and its cluster, as its server will be told
   * @param revisionBump what to add to the revision; 0 for nothing
   * @param compacts whether all before the newest revision is to count as compacted
   * @param skipHashCheck whether to take the files as they are, whatever the checksums say
   */
  public record Request(
      Path file, ServerConfig member, long revisionBump, boolean compacts, boolean skipHashCheck) {}

  /**
   * What was made.
   *
   * @param manifest of the backup
   * @param cluster the new one
   * @param facts what the store says now
   */
  public record Result(BackupManifest manifest, ClusterInfo cluster, StoreFacts facts) {}

  private final Request request;
  private final ClusterInfo cluster;

  private Restore(Request request) {
    this.request = request;
    this.cluster = ClusterInfo.of(request.member());
  }

  /**
   * Restores. On return the directory is durable and its server may start; otherwise nothing is
   * left of it.
   *
   * @throws BackupException if the file is no whole backup
   * @throws IOException if the directory is not empty or in use, or cannot be written
   */
  public static Result carryOut(Request request) throws IOException {
    try (BackupReader backup = BackupReader.open(request.file());
        RestoreSite site = RestoreSite.open(request.member().dataDir())) {
      return new Restore(request).into(site, backup);
    }
  }

  private Result into(RestoreSite site, BackupReader backup) throws IOException {
    Path generation = StoreGenerations.open(site.draft().resolve("store")).current();
    byte[] digest =
        backup.read(name -> new Synced(generation.resolve(name)), request.skipHashCheck());
    requireAsTold(backup.manifest(), StoreFacts.of(generation));
    StoreFacts facts = transplant(digest).carryOut(generation);
    beginLog(site.draft().resolve("log"), facts.applied());
    syncTree(site.draft());
    site.commit(Identity.of(request.member(), cluster), cluster.members().size() > 1);
    return new Result(backup.manifest(), cluster, facts);
  }

  private void requireAsTold(BackupManifest told, StoreFacts found) throws BackupException {
    StoreFacts expected =
        new StoreFacts(
            told.clusterId(), told.applied(), told.revision(), told.compactRevision(), told.keys());
    if (!found.equals(expected)) {
      throw new BackupException(
          "%s is damaged: its manifest says %s, and the store in it %s"
              .formatted(request.file(), expected, found));
    }
  }

  private StoreTransplant transplant(byte[] digest) {
    return new StoreTransplant(
        cluster.clusterId(),
        Members.initialEntry(cluster).encode(),
        origin(digest),
        request.revisionBump(),
        request.compacts());
  }

  /** Two restores make the same exactly if this is the same. */
  private byte[] origin(byte[] digest) {
    MessageDigest origin = Sha256.begin();
    origin.update(digest);
    origin.update(ByteBuffer.allocate(Long.BYTES).putLong(request.revisionBump()).array());
    origin.update((byte) (request.compacts() ? 1 : 0));
    return origin.digest();
  }

  private void beginLog(Path directory, LogPosition applied) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    LogOptions options =
        LogOptions.builder(DiskDirectory.open(directory))
            .owner(new LogOwner(cluster.clusterId(), cluster.selfId()))
            .create(true)
            .build();
    try (SegmentedLog log = SegmentedLog.open(options)) {
      if (applied.index() > 0) {
        log.reset(applied, new HardState(applied.term(), 0, applied.index()));
      }
    }
  }

  private static void syncTree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path each : tree.toList()) {
        SnapshotDisk.REAL.syncFile(each);
      }
    }
  }

  /** A new file of mode 0600. */
  private static final class Synced extends FilterOutputStream {
    Synced(Path file) throws IOException {
      super(open(file));
    }

    private static OutputStream open(Path file) throws IOException {
      return Channels.newOutputStream(
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
    }
  }
}
