package io.kelson.cli;

import java.util.List;

/** A line that is none: an unknown flag or command, or a flag without its value. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String command;

  /**
   * @param path the words of the command or group the line had come to
   * @param message in the words of etcdctl
   */
  UsageException(List<String> path, String message) {
    super(message);
    this.command = path.isEmpty() ? CommandLines.PROGRAM : CommandLines.PROGRAM + ' ' + join(path);
  }

  private static String join(List<String> path) {
    return String.join(" ", path);
  }

  /** The command whose help text helps. */
  String command() {
    return command;
  }
}
