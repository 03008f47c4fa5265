package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Counts how often processes ask for a file to be synced, by {@code fdatasync} or {@code fsync}:
 * {@code perf stat} on the kernel's tracepoints for these (Linux). Threads that begin meanwhile are
 * counted, processes are not.
 *
 * <p>Where perf is not installed, or may not use tracepoints, the count is unknown. While it
 * counts, every system call of the machine takes some 0.1 us longer, whoever makes it.
 *
 * <p>What perf runs is a {@code cat} of its standard input: its first byte says that counting has
 * begun, and closing the input ends it. So nothing has to be awaited by the clock, and perf ends
 * when this JVM does.
 */
final class SyncMeter implements AutoCloseable {
  private static final List<String> EVENTS =
      List.of("syscalls:sys_enter_fdatasync", "syscalls:sys_enter_fsync");
  private static final String NEVER_SCHEDULED = "<not counted>";
  private static final long END_SECONDS = 10;

  /** Null if there is nothing to count or nobody who can. */
  private final Process perf;

  private SyncMeter(Process perf) {
    this.perf = perf;
  }

  /** Begins to count, if that is possible here. */
  static SyncMeter start(List<Long> pids) {
    return start("perf", pids);
  }

  static SyncMeter start(String perf, List<Long> pids) {
    if (pids.isEmpty()) {
      return new SyncMeter(null);
    }
    String joined = pids.stream().map(String::valueOf).collect(Collectors.joining(","));
    ProcessBuilder builder =
        new ProcessBuilder(
            perf, "stat", "-x,", "-e", String.join(",", EVENTS), "-p", joined, "cat");
    builder.environment().put("LC_ALL", "C");
    try {
      return new SyncMeter(begun(builder.start()));
    } catch (IOException e) {
      // No perf.
      return new SyncMeter(null);
    }
  }

  /** The process once it counts; null if it cannot. */
  private static Process begun(Process process) throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    if (process.getInputStream().read() >= 0) {
      return process;
    }
    process.destroyForcibly();
    return null;
  }

  /** Ends counting: how many syncs there were; negative if unknown. */
  long stop() throws InterruptedException {
    if (perf == null) {
      return -1;
    }
    try {
      perf.getOutputStream().close();
      String report = new String(perf.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return perf.waitFor(END_SECONDS, TimeUnit.SECONDS) ? count(report) : -1;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot hear from perf", e);
    } finally {
      close();
    }
  }

  /**
   * The sum in a report of {@code perf stat -x,}: lines of {@code count,unit,event,...}; negative
   * if one of the counts is missing.
   */
  static long count(String report) {
    long sum = 0;
    for (String event : EVENTS) {
      String figure =
          report
              .lines()
              .map(line -> line.split(","))
              .filter(fields -> fields.length > 2 && fields[2].equals(event))
              .map(fields -> fields[0])
              .findFirst()
              .orElse("");
      if (figure.matches("[0-9]+")) {
        sum += Long.parseLong(figure);
      } else if (!figure.equals(NEVER_SCHEDULED)) {
        return -1;
      }
    }
    return sum;
  }

  @Override
  public void close() {
    if (perf != null) {
      perf.destroyForcibly();
    }
  }
}
