package io.kelson.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A small disk in memory, mounted on a directory; can be filled to the last byte and freed. */
final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 4 << 10;

  private final Path directory;
  private final Path ballast;

  private SmallDisk(Path directory) {
    this.directory = directory;
    this.ballast = directory.resolve("ballast");
  }

  /** Mounts one; the test is skipped, saying why, where that is not allowed. */
  static SmallDisk mount(Path directory, int megabytes) {
    try {
      Files.createDirectories(directory);
      String options = "size=" + megabytes + "m,mode=0700";
      Process mount =
          new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Assumptions.assumeTrue(wait(mount) == 0, "no small disk can be mounted here: " + said);
      return new SmallDisk(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes all the room that is left. */
  void fill() {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(new byte[CHUNK_BYTES]);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left on device")) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Gives the room back. */
  void free() {
    try {
      Files.delete(ballast);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      wait(new ProcessBuilder("umount", "-l", directory.toString()).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int wait(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
