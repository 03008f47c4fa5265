package io.kelson.raft.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What this package does to a disk, and the seam behind which tests keep one that fills up or
 * crashes. Names made, moved or deleted are durable once their directory was synced.
 */
public interface SnapshotDisk {
  /** The file system. */
  SnapshotDisk REAL = new RealDisk();

  /** A file being written from its end on. */
  interface Output extends AutoCloseable {
    void write(ByteBuffer bytes) throws IOException;

    /** Makes what was written durable. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Opens a file, made if there is none, and forgets what is in it beyond so many bytes. */
  Output open(Path file, long keptBytes) throws IOException;

  /** Makes a directory, mode 0700, and those above it, unless it is there. */
  void createDirectory(Path directory) throws IOException;

  /** Gives a file a second name. */
  void link(Path existing, Path link) throws IOException;

  /** Renames a file or directory atomically; a file of the new name is replaced. */
  void move(Path from, Path to) throws IOException;

  /** Deletes a file or directory with all in it, if it is there. */
  void deleteTree(Path path) throws IOException;

  /** Makes the names in a directory durable. */
  void syncDirectory(Path directory) throws IOException;

  /** Makes a file's content durable, whoever wrote it. */
  void syncFile(Path file) throws IOException;

  /** Bytes that may still be written where a path is. */
  long usableBytes(Path path) throws IOException;
}
