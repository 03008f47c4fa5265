package io.kelson.server.config;

import java.util.List;

/**
 * Settings make no sense; every message names the value and the remedy and is fit for a user. With
 * several problems the message has a line for each.
 */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A copy that is serializable with the rest. */
  private final String[] problems;

  /**
   * @param message one or more whole sentences, without a stack trace's help
   */
  public ConfigException(String message) {
    this(List.of(message));
  }

  /**
   * @param problems all that is wrong, at least one thing
   */
  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** What is wrong, one thing each. */
  public List<String> problems() {
    return List.of(problems);
  }
}
