package io.kelson.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Runs small programs of the machine. */
final class Commands {
  private static final int BOUND_SECONDS = 60;

  private Commands() {}

  /** How a program ended, 127 if it is not there, and what it printed. */
  record Result(int exitCode, String output) {
    boolean ok() {
      return exitCode == 0;
    }
  }

  /** Runs it to its end, a minute at most. */
  static Result run(String... line) {
    return run(Map.of(), List.of(line));
  }

  /** The same with more variables in its environment. */
  static Result run(Map<String, String> variables, List<String> line) {
    return run(variables, line, pid -> {});
  }

  /** The same; the process id is told before the program has done much. */
  static Result run(Map<String, String> variables, List<String> line, LongConsumer onStart) {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().putAll(variables);
    try {
      Process process = builder.start();
      onStart.accept(process.pid());
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Result(124, output + "does not end");
      }
      return new Result(process.exitValue(), output.strip());
    } catch (IOException e) {
      return new Result(127, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + line, e);
    }
  }

  /**
   * Runs what has to succeed.
   *
   * @throws IllegalStateException with what it printed, if it does not
   */
  static void require(String... line) {
    Result result = run(line);
    if (!result.ok()) {
      throw new IllegalStateException(
          String.join(" ", line) + " ended with " + result.exitCode() + ": " + result.output());
    }
  }
}
