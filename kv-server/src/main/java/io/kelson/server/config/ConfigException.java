package io.kelson.server.config;

/** A setting makes no sense; the message names the value and the remedy and is fit for a user. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message one or more whole sentences, without a stack trace's help
   */
  public ConfigException(String message) {
    super(message);
  }
}
