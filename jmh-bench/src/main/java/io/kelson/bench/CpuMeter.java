package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** CPU time of processes as the kernel accounts it, in steps of 10 ms (Linux). */
public final class CpuMeter {
  /** The unit of /proc/PID/stat is 1/100 s on every Linux that Java runs on. */
  static final long MICROS_PER_TICK = 10_000;

  private CpuMeter() {}

  /** The CPU time of this JVM. */
  static long ownMicros() {
    return micros(List.of(ProcessHandle.current().pid()));
  }

  /**
   * User and system time of all threads of these processes since each began, in microseconds.
   *
   * @throws IllegalArgumentException naming a process that does not exist
   */
  public static long micros(List<Long> pids) {
    long ticks = 0;
    for (long pid : pids) {
      String[] fields = statFields(pid);
      // Fields 14 and 15 of proc(5), counted from after the name: utime and stime.
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks * MICROS_PER_TICK;
  }

  /**
   * The CPU time of this JVM and of those children of it that have ended: servers that were killed,
   * for instance.
   */
  static long ownMicrosWithEndedChildren() {
    String[] fields = statFields(ProcessHandle.current().pid());
    // The two behind those above: cutime and cstime, of children that were waited for.
    long ended = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
    return ownMicros() + ended * MICROS_PER_TICK;
  }

  /** The fields after the process's name, which may itself hold spaces. */
  private static String[] statFields(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no process " + pid, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the CPU time of process " + pid, e);
    }
  }
}
