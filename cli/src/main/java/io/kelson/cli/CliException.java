package io.kelson.cli;

/** Ends the command with a message for people and an {@link ExitCode}. */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  CliException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CliException badArgs(String message) {
    return new CliException(ExitCode.BAD_ARGS, message);
  }

  static CliException invalidInput(String message) {
    return new CliException(ExitCode.INVALID_INPUT, message);
  }

  static CliException badFeature(String message) {
    return new CliException(ExitCode.BAD_FEATURE, message);
  }

  int exitCode() {
    return exitCode;
  }
}
