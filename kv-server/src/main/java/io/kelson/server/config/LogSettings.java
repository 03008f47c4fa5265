package io.kelson.server.config;

import java.time.Duration;
import java.util.List;

/**
 * What is logged, how and where to.
 *
 * @param format lines for people, or one JSON object a line with etcd's field names
 * @param outputs {@code stderr}, {@code stdout} or paths of files
 * @param slowRequest a unary request that takes longer is worth a line; zero: none is
 * @param slowApply entries that take longer to apply are worth a line; zero: none are
 */
public record LogSettings(
    Format format, List<String> outputs, Duration slowRequest, Duration slowApply) {
  /** Text on standard error. */
  public static final LogSettings DEFAULT =
      new LogSettings(
          Format.TEXT, List.of("stderr"), Duration.ofMillis(300), Duration.ofMillis(100));

  /** What a line looks like. */
  public enum Format {
    TEXT,
    JSON
  }

  public LogSettings {
    outputs = List.copyOf(outputs);
  }
}
