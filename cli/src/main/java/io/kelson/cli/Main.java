package io.kelson.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** The door of {@code kelsonctl}. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    Console console =
        new Console(
            System.in,
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err));
    int exitCode = new Kelsonctl(console, System.getenv()).run(RawArguments.of(arguments));
    // The client is closed and the output flushed; shutdown hooks of libraries would only cost
    // time.
    Runtime.getRuntime().halt(exitCode);
  }
}
