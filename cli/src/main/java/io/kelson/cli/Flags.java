package io.kelson.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The flags and arguments of one command line; byte text, read as etcdctl reads them. */
final class Flags {
  private final Map<String, String> values = new HashMap<>();
  private List<String> arguments = List.of();
  private List<String> trailing = List.of();

  void set(String name, String value) {
    values.put(name, value);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  void arguments(List<String> arguments) {
    this.arguments = List.copyOf(arguments);
  }

  /** What is no flag and no command. */
  List<String> arguments() {
    return arguments;
  }

  void trailing(List<String> trailing) {
    this.trailing = List.copyOf(trailing);
  }

  /** What stands behind {@code --} in a watch: the command to run on each event. */
  List<String> trailing() {
    return trailing;
  }

  /** The value of a flag, or {@code otherwise} if it is not given. */
  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  boolean isSet(String name) {
    return parsed(name, "false", GoText::parseBool);
  }

  long number(String name) {
    return parsed(name, "0", GoText::parseLong);
  }

  Duration duration(String name, String otherwise) {
    return parsed(name, otherwise, GoText::parseDuration);
  }

  /** A toggle that is on unless it is turned off. */
  boolean isSetUnlessOff(String name) {
    return parsed(name, "true", GoText::parseBool);
  }

  private <T> T parsed(String name, String otherwise, Function<String, T> parser) {
    String value = text(name, otherwise);
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.ERROR,
          "invalid argument "
              + GoText.quoted(ByteText.bytes(value))
              + " for \"--"
              + name
              + "\" flag: "
              + e.getMessage());
    }
  }
}
