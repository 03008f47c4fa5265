package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What else the kernel accounts to processes beside CPU time (Linux). */
final class ProcessMeter {
  private ProcessMeter() {}

  /**
   * Bytes that these processes caused to be written to a disk since each began: counted when a page
   * is made dirty, so that a page written to twice before it goes to the disk counts once. Negative
   * if they are another user's, whose accounts the kernel keeps to itself.
   */
  static long bytesWritten(List<Long> pids) {
    boolean readable =
        pids.stream().allMatch(pid -> Files.isReadable(Path.of("/proc", pid.toString(), "io")));
    return !readable ? -1 : pids.stream().mapToLong(pid -> number(pid, "io", "write_bytes:")).sum();
  }

  /** The most memory that these processes ever had resident, each at a time of its own. */
  static long peakMebibytes(List<Long> pids) {
    return pids.stream().mapToLong(pid -> number(pid, "status", "VmHWM:")).sum() / 1024;
  }

  private static long number(long pid, String file, String name) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), file)).stream()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.substring(name.length()).strip().split(" ")[0]))
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no process " + pid, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " of process " + pid, e);
    }
  }
}
