package io.kelson.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** The door of {@code kelsonctl}. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    int exitCode = new Kelsonctl(console(), System.getenv()).run(RawArguments.of(arguments));
    // The output is flushed, and the clients are closed: the JVM would wait 0.3 s for a thread that
    // still sits in the kernel's poll. Hooks of libraries would only cost time.
    Runtime.getRuntime().halt(exitCode);
  }

  /** Standard input, output and error of this process. */
  static Console console() {
    return new Console(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        Terminal.of(System.getProperty("kelsonctl.terminal", ""), System.getenv()));
  }
}
