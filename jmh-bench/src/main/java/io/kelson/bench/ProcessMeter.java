package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The memory of processes as the kernel accounts it (Linux). */
final class ProcessMeter {
  private ProcessMeter() {}

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
