package io.kelson.bench;

import java.io.PrintStream;

/** One line that is written over as a run goes on; silent unless people watch. */
public final class ProgressLine {
  private final PrintStream out;
  private final boolean shown;
  private int width;

  private ProgressLine(PrintStream out, boolean shown) {
    this.out = out;
    this.shown = shown;
  }

  /** On standard error, if this is a terminal session. */
  public static ProgressLine onTerminal() {
    return new ProgressLine(System.err, System.console() != null);
  }

  /** Replaces what stands there. */
  public void show(String text) {
    if (shown) {
      width = Math.max(width, text.length());
      out.printf("\r%-" + width + "s", text);
      out.flush();
    }
  }

  /** Wipes the line. */
  public void clear() {
    if (shown && width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      out.flush();
      width = 0;
    }
  }
}
