package io.kelson.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What a figure depends on beside the program; its components are fields of the JSON result.
 *
 * @param cpu the processor's name
 * @param cores how many this JVM may use
 * @param memoryMebibytes of the machine
 * @param kernel its version
 * @param fileSystem the type of the file system the data is on
 * @param driverJava the driver's Java
 * @param loadBefore the load average of the last minute before the run
 */
record Machine(
    String cpu,
    int cores,
    long memoryMebibytes,
    String kernel,
    String fileSystem,
    String driverJava,
    double loadBefore) {

  static Machine describe(Path dataDirectory) {
    try {
      return new Machine(
          field("/proc/cpuinfo", "model name"),
          Runtime.getRuntime().availableProcessors(),
          Long.parseLong(field("/proc/meminfo", "MemTotal").split(" ")[0]) / 1024,
          Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
          Files.getFileStore(dataDirectory).type(),
          System.getProperty("java.vm.version"),
          loadAverage());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot describe the machine", e);
    }
  }

  private static double loadAverage() {
    return Double.parseDouble(read(Path.of("/proc/loadavg")).split(" ")[0]);
  }

  /** CPU time of the whole machine since boot, in microseconds. */
  static CpuTime cpuTime() {
    String[] fields = read(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
    long[] micros =
        Arrays.stream(fields, 1, 9)
            .mapToLong(field -> Long.parseLong(field) * CpuMeter.MICROS_PER_TICK)
            .toArray();
    // proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
    long idle = micros[3] + micros[4];
    return new CpuTime(Arrays.stream(micros).sum(), idle, micros[7]);
  }

  /**
   * CPU time of the machine between two moments, or since boot.
   *
   * @param total over all cores
   * @param idle of it, doing nothing or waiting for a disk
   * @param stolen of it, taken by the host for others
   */
  record CpuTime(long total, long idle, long stolen) {
    CpuTime since(CpuTime earlier) {
      return new CpuTime(total - earlier.total, idle - earlier.idle, stolen - earlier.stolen);
    }

    double percent(long micros) {
      return Math.round(1_000.0 * Math.max(0, micros) / Math.max(1, total)) / 10.0;
    }

    /** What ran on the machine beside these microseconds. */
    double percentBeside(long ownMicros) {
      return percent(total - idle - stolen - ownMicros);
    }
  }

  private static String field(String file, String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(file));
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("unknown");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
