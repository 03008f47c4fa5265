package io.kelson.cli;

import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Shows how far a download is, two seconds after it began: a bar where somebody looks, and a line
 * every ten seconds where output is kept. On standard error.
 */
final class SaveProgress implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long MEGABYTE = 1_000_000;

  private final Console console;
  private final boolean onTerminal;
  private long nextLineNanos;
  private long done;
  private ProgressBar bar;

  private SaveProgress(Console console, boolean onTerminal) {
    this.console = console;
    this.onTerminal = onTerminal;
  }

  static SaveProgress on(Console console) {
    return new SaveProgress(console, System.console() != null);
  }

  /** So many bytes more have come, and so many are to come. */
  void now(int bytes, long remainingBytes) {
    long now = System.nanoTime();
    if (done == 0) {
      nextLineNanos = now + PATIENCE_NANOS;
    }
    done += bytes;
    if (now - nextLineNanos < 0) {
      return;
    }
    if (onTerminal) {
      bar(done + remainingBytes).stepTo(done);
    } else {
      nextLineNanos = now + LINE_NANOS;
      console.error("%d of %d MB".formatted(done / MEGABYTE, (done + remainingBytes) / MEGABYTE));
    }
  }

  private ProgressBar bar(long total) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("snapshot")
              .setInitialMax(total)
              .setUnit(" MB", MEGABYTE)
              .showSpeed()
              .build();
    }
    return bar;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
