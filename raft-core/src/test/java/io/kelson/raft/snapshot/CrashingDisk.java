package io.kelson.raft.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A disk whose machine loses power at a chosen step. What was not made durable before is either all
 * there afterwards or none of it is: a renaming that was not synced may be undone, a file that was
 * not synced may be empty.
 */
final class CrashingDisk implements SnapshotDisk {
  /** The power went. */
  static final class PowerLoss extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private interface Undo {
    void run() throws IOException;
  }

  private record Pending(Path directory, Undo undo) {}

  private final int crashAtStep;
  private final boolean losesUnsynced;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private int steps;

  CrashingDisk(int crashAtStep, boolean losesUnsynced) {
    this.crashAtStep = crashAtStep;
    this.losesUnsynced = losesUnsynced;
  }

  /** How many steps were made. */
  int steps() {
    return steps;
  }

  private void step() throws IOException {
    if (steps++ == crashAtStep) {
      if (losesUnsynced) {
        for (Pending last = pending.poll(); last != null; last = pending.poll()) {
          last.undo().run();
        }
      }
      throw new PowerLoss();
    }
  }

  private void later(Path directory, Undo undo) {
    pending.push(new Pending(directory, undo));
  }

  @Override
  public Output open(Path file, long keptBytes) throws IOException {
    step();
    Output real = REAL.open(file, keptBytes);
    return new Output() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        step();
        real.write(bytes);
        later(file, () -> Files.write(newestName(file), new byte[0]));
      }

      @Override
      public void sync() throws IOException {
        step();
        real.sync();
        pending.removeIf(each -> each.directory().equals(file));
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  /** Where a file is found that was renamed since. */
  private static Path newestName(Path file) {
    return Files.exists(file) ? file : file.resolveSibling("CURRENT");
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    step();
    if (!Files.exists(directory)) {
      REAL.createDirectory(directory);
      later(directory.getParent(), () -> REAL.deleteTree(directory));
    }
  }

  @Override
  public void link(Path existing, Path link) throws IOException {
    step();
    REAL.link(existing, link);
    later(link.getParent(), () -> Files.deleteIfExists(link));
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    step();
    byte[] replaced = Files.isRegularFile(to) ? Files.readAllBytes(to) : null;
    REAL.move(from, to);
    later(
        to.getParent(),
        () -> {
          if (Files.exists(to)) {
            Files.move(to, from);
          }
          if (replaced != null) {
            Files.write(to, replaced);
          }
        });
  }

  @Override
  public void deleteTree(Path path) throws IOException {
    step();
    REAL.deleteTree(path);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    step();
    pending.removeIf(each -> each.directory().equals(directory));
  }

  @Override
  public void syncFile(Path file) throws IOException {
    step();
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return REAL.usableBytes(path);
  }
}
