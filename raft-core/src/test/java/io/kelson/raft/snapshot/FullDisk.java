package io.kelson.raft.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that fills up after so many bytes, and may say beforehand how many fit. */
record FullDisk(long[] left, boolean honest) implements SnapshotDisk {
  static FullDisk of(long bytes, boolean honest) {
    return new FullDisk(new long[] {bytes}, honest);
  }

  @Override
  public Output open(Path file, long keptBytes) throws IOException {
    Output real = REAL.open(file, keptBytes);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        left[0] -= bytes.remaining();
        if (left[0] < 0) {
          throw new IOException("No space left on device");
        }
        real.write(bytes);
      }

      @Override
      public void sync() throws IOException {
        real.sync();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    REAL.createDirectory(directory);
  }

  @Override
  public void link(Path existing, Path link) throws IOException {
    REAL.link(existing, link);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    REAL.move(from, to);
  }

  @Override
  public void deleteTree(Path path) throws IOException {
    REAL.deleteTree(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    REAL.syncDirectory(directory);
  }

  @Override
  public void syncFile(Path file) throws IOException {
    REAL.syncFile(file);
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return honest ? left[0] : REAL.usableBytes(path);
  }
}
