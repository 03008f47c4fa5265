package io.kelson.examples.orchestrator.command;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** What the commands share: lines with the time, and a life that ends with the process. */
final class Console {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private Console() {}

  /** Prints lines with the time and who says it. */
  static Consumer<String> log(String who) {
    // One call a line, so that lines of several threads do not run into each other.
    return line ->
        System.out.println("%s  %-12s %s".formatted(LocalTime.now().format(TIME), who, line));
  }

  /** Waits until the process is asked to end, then closes those in this order. */
  static void serve(AutoCloseable... parts) throws InterruptedException {
    closeAtExit(parts);
    new CountDownLatch(1).await();
  }

  /** Closes those, in this order, when the process ends; what cannot be closed expires. */
  static void closeAtExit(AutoCloseable... parts) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  for (AutoCloseable part : parts) {
                    closeQuietly(part);
                  }
                }));
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      System.err.println("not closed: " + e.getMessage());
    }
  }
}
