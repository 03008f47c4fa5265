package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The memory of processes as the kernel accounts it (Linux). */
public final class ProcessMeter {
  private ProcessMeter() {}

  /** The most memory that these processes ever had resident, each at a time of its own. */
  static long peakMebibytes(List<Long> pids) {
    return pids.stream().mapToLong(pid -> number(pid, "status", "VmHWM:")).sum() / 1024;
  }

  /**
   * Memory that is resident just now.
   *
   * @param residentMebibytes all of it
   * @param anonymousMebibytes of it, what no file stands behind
   * @param fileMebibytes of it, pages of mapped files, which the kernel may take back
   */
  public record Resident(
      double residentMebibytes, double anonymousMebibytes, double fileMebibytes) {}

  /** What these processes have resident, together; a page of a file counts for each of them. */
  public static Resident resident(List<Long> pids) {
    return new Resident(
        mebibytes(pids, "VmRSS:"), mebibytes(pids, "RssAnon:"), mebibytes(pids, "RssFile:"));
  }

  private static double mebibytes(List<Long> pids, String name) {
    return pids.stream().mapToLong(pid -> number(pid, "status", name)).sum() / 1024.0;
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
