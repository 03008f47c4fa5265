package io.kelson.cli;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Shows how far something is, two seconds after it began: a bar where somebody looks, and a line
 * every ten seconds where output is kept. On standard error. Thread-safe.
 */
final class Progress implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Console console;
  private final String task;
  private final String unit;
  private final long unitSize;
  private long nextLineNanos;
  private boolean begun;
  private long done;
  private ProgressBar bar;

  private Progress(Console console, String task, String unit, long unitSize) {
    this.console = console;
    this.task = task;
    this.unit = unit;
    this.unitSize = unitSize;
  }

  /** Of something counted in bytes. */
  static Progress ofBytes(Console console, String task) {
    return new Progress(console, task, "MB", 1_000_000);
  }

  /** Of something counted in {@code unit}, such as keys. */
  static Progress of(Console console, String task, String unit) {
    return new Progress(console, task, unit, 1);
  }

  /** So much more has been done, and so much is to be done. */
  synchronized void now(long more, long remaining) {
    long now = System.nanoTime();
    if (!begun) {
      begun = true;
      nextLineNanos = now + PATIENCE_NANOS;
    }
    done += more;
    if (now - nextLineNanos < 0) {
      return;
    }
    if (console.terminal().err()) {
      bar(done + remaining).stepTo(done);
    } else {
      nextLineNanos = now + LINE_NANOS;
      console.error(
          task + ": " + done / unitSize + " of " + (done + remaining) / unitSize + " " + unit);
    }
  }

  private ProgressBar bar(long total) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(total)
              .setUnit(" " + unit, unitSize)
              .showSpeed()
              .build();
    }
    return bar;
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
