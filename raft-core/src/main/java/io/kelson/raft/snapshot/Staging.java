package io.kelson.raft.snapshot;

import io.kelson.raft.snapshot.SnapshotException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the files of an incoming snapshot collect.
 *
 * <p>A whole file is named by its SHA-256, one of which the end is missing by that and {@code
 * .part}. So what one transfer leaves behind can be used by any later one, whatever it calls the
 * file, and nothing has to be written down about either. One thread at a time.
 */
final class Staging {
  private static final String PART = ".part";
  private static final String HELD = ".held";
  private static final String READY = "ready";

  private final SnapshotDisk disk;
  private final Path directory;

  Staging(SnapshotDisk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Deletes everything. */
  void clear() throws IOException {
    disk.deleteTree(directory);
  }

  /** Deletes what a snapshot has no use for. */
  void keepOnly(SnapshotManifest manifest) throws IOException {
    disk.createDirectory(directory);
    Set<String> useful = new HashSet<>();
    for (SnapshotFile file : manifest.files()) {
      useful.add(file.sha256());
      useful.add(file.sha256() + PART);
    }
    List<Path> present;
    try (Stream<Path> list = Files.list(directory)) {
      present = list.toList();
    }
    for (Path path : present) {
      if (!useful.contains(path.getFileName().toString())) {
        disk.deleteTree(path);
      }
    }
  }

  private Path whole(SnapshotFile file) {
    return directory.resolve(file.sha256());
  }

  private Path part(SnapshotFile file) {
    return directory.resolve(file.sha256() + PART);
  }

  /**
   * Whether a file is here, whole and undamaged, or can be had from a file that this member holds.
   */
  boolean has(SnapshotFile file, Optional<Path> held, Digests.Pulse pulse) throws IOException {
    Path whole = whole(file);
    if (Files.exists(whole)) {
      if (isThat(whole, file, pulse)) {
        return true;
      }
      disk.deleteTree(whole);
    }
    return held.isPresent() && adopt(held.get(), file, pulse);
  }

  /** Links first and looks then, so that nobody can delete the file in between. */
  private boolean adopt(Path held, SnapshotFile file, Digests.Pulse pulse) throws IOException {
    Path link = directory.resolve(file.sha256() + HELD);
    disk.deleteTree(link);
    try {
      disk.link(held, link);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!isThat(link, file, pulse)) {
      disk.deleteTree(link);
      return false;
    }
    disk.move(link, whole(file));
    disk.deleteTree(part(file));
    return true;
  }

  private static boolean isThat(Path path, SnapshotFile file, Digests.Pulse pulse)
      throws IOException {
    return Files.size(path) == file.sizeBytes()
        && Digests.sha256(path, pulse).equals(file.sha256());
  }

  /** How many bytes from the beginning of a file were received before. */
  long received(SnapshotFile file) throws IOException {
    Path part = part(file);
    if (!Files.exists(part)) {
      return 0;
    }
    long size = Files.size(part);
    if (size >= file.sizeBytes()) {
      // Whole by its length, yet never found to be right: not worth guessing about.
      disk.deleteTree(part);
      return 0;
    }
    return size;
  }

  /** Checksum of what {@link #received} counted. */
  int crc32c(SnapshotFile file, Digests.Pulse pulse) throws IOException {
    return Digests.crc32c(part(file), Long.MAX_VALUE, pulse);
  }

  /**
   * Looks whether there is room.
   *
   * @throws SnapshotException if there is not
   */
  void requireRoom(long bytes) throws IOException {
    long usable = disk.usableBytes(directory);
    if (usable < bytes) {
      throw new SnapshotException(
          Reason.DISK_FULL,
          "a snapshot needs "
              + bytes
              + " more bytes in "
              + directory
              + " and there are "
              + usable
              + "; make room");
    }
  }

  /** Goes on with a file where it was left, or begins it. */
  Incoming open(SnapshotFile file, long offset, Digests.Pulse pulse) throws IOException {
    return new Incoming(file, offset, pulse);
  }

  /** A file that is being received; at its end it is checked and made durable. */
  final class Incoming implements AutoCloseable {
    private final SnapshotFile file;
    private MessageDigest digest = Digests.sha256();
    private SnapshotDisk.Output output;
    private long size;

    private Incoming(SnapshotFile file, long offset, Digests.Pulse pulse) throws IOException {
      this.file = file;
      this.size = offset;
      if (offset > 0) {
        Digests.read(part(file), offset, pulse, digest::update);
      }
      output = disk.open(part(file), offset);
    }

    long size() {
      return size;
    }

    /** Forgets what there is of it. */
    void restart() throws IOException {
      output.close();
      output = disk.open(part(file), 0);
      digest = Digests.sha256();
      size = 0;
    }

    void write(ByteBuffer bytes) throws IOException {
      digest.update(bytes.duplicate());
      size += bytes.remaining();
      output.write(bytes);
    }

    /** The last byte is there. */
    void complete() throws IOException {
      if (!Digests.hex(digest).equals(file.sha256())) {
        disk.deleteTree(part(file));
        throw new SnapshotException(
            Reason.CORRUPT_FILE,
            "file "
                + file.name()
                + " arrived with another checksum than the manifest gives, though its chunks were"
                + " right; the sender's disk or memory is at fault, or this member's");
      }
      output.sync();
      disk.move(part(file), whole(file));
    }

    @Override
    public void close() throws IOException {
      output.close();
    }
  }

  /** Brings all files together under their names, durably, when every one of them is here. */
  Path assemble(SnapshotManifest manifest) throws IOException {
    Path ready = directory.resolve(READY);
    disk.deleteTree(ready);
    disk.createDirectory(ready);
    for (SnapshotFile file : manifest.files()) {
      disk.link(whole(file), ready.resolve(file.name()));
    }
    disk.syncDirectory(ready);
    disk.syncDirectory(directory);
    return ready;
  }
}
