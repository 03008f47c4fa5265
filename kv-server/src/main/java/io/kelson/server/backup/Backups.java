package io.kelson.server.backup;

import io.kelson.raft.snapshot.Checkpoint;
import io.kelson.server.KelsonVersion;
import io.kelson.server.mvcc.StoreFacts;
import io.kelson.server.mvcc.StoreHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Takes backups of a running member's store: a checkpoint of links, which neither copies nor stops
 * anything. Thread-safe; the methods block for the disk.
 */
public final class Backups {
  private final StoreHome home;
  private final long memberId;
  private final Supplier<Instant> clock;

  /**
   * @param memberId whose store it is
   * @param clock the time of day, for the manifest
   */
  public Backups(StoreHome home, long memberId, Supplier<Instant> clock) {
    this.home = home;
    this.memberId = memberId;
    this.clock = clock;
  }

  /**
   * One backup, to be written once; whoever takes it closes it, which gives its links back.
   *
   * @param manifest what it says of itself
   */
  public record Backup(BackupManifest manifest, Checkpoint checkpoint) implements AutoCloseable {
    /**
     * Writes it.
     *
     * @return the checksum that belongs behind it
     */
    public byte[] write(int blobBytes, BackupWriter.Blobs blobs) throws IOException {
      return new BackupWriter(manifest, checkpoint.directory(), blobBytes, blobs).write();
    }

    @Override
    public void close() throws IOException {
      checkpoint.close();
    }
  }

  /**
   * Freezes the state that has been applied by now.
   *
   * @throws IOException if the disk fails or is full; nothing is left behind then
   */
  public Backup take() throws IOException {
    Checkpoint checkpoint = home.checkpoint();
    try {
      return new Backup(manifest(checkpoint), checkpoint);
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private BackupManifest manifest(Checkpoint checkpoint) throws IOException {
    StoreFacts facts = StoreFacts.of(checkpoint.directory());
    return new BackupManifest(
        KelsonVersion.OWN,
        clock.get().truncatedTo(ChronoUnit.SECONDS),
        facts.clusterId(),
        memberId,
        facts.revision(),
        facts.compactRevision(),
        facts.keys(),
        facts.applied(),
        checkpoint.config(),
        files(checkpoint.directory()));
  }

  private static List<BackupManifest.StoredFile> files(Path directory) throws IOException {
    List<BackupManifest.StoredFile> files = new ArrayList<>();
    try (Stream<Path> listing = Files.list(directory)) {
      for (Path file : listing.sorted().toList()) {
        files.add(new BackupManifest.StoredFile(file.getFileName().toString(), Files.size(file)));
      }
    }
    return files;
  }
}
