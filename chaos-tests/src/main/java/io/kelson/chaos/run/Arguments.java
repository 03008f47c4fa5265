package io.kelson.chaos.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** The words behind a command: {@code --name value} or {@code --name=value}, and others. */
final class Arguments {
  private final Map<String, String> options = new TreeMap<>();
  private final List<String> others = new ArrayList<>();

  private Arguments() {}

  /**
   * Reads them.
   *
   * @param known the options there are, without dashes
   * @throws UsageException if one is not known, comes twice or has no value
   */
  static Arguments parse(List<String> words, Set<String> known) {
    Arguments arguments = new Arguments();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("--")) {
        arguments.others.add(word);
        continue;
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
      if (!known.contains(name)) {
        throw new UsageException("there is no option --" + name + ": give one of --" + all(known));
      }
      if (equals < 0 && i + 1 == words.size()) {
        throw new UsageException("--" + name + " has no value: put one behind it");
      }
      String value = equals < 0 ? words.get(++i) : word.substring(equals + 1);
      if (arguments.options.put(name, value) != null) {
        throw new UsageException("--" + name + " is there twice: give it once");
      }
    }
    return arguments;
  }

  private static String all(Set<String> known) {
    return String.join(", --", new TreeSet<>(known));
  }

  /** What is no option. */
  List<String> others() {
    return others;
  }

  boolean has(String name) {
    return options.containsKey(name);
  }

  String text(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  /** Words with commas between them. */
  List<String> list(String name, List<String> otherwise) {
    return has(name) ? List.of(options.get(name).split(",")) : otherwise;
  }

  long number(String name, long otherwise) {
    return parsed(name, otherwise, Long::parseLong, "a whole number");
  }

  double decimal(String name, double otherwise) {
    return parsed(name, otherwise, Double::parseDouble, "a number");
  }

  private <T> T parsed(String name, T otherwise, Function<String, T> parser, String remedy) {
    if (!has(name)) {
      return otherwise;
    }
    try {
      return parser.apply(options.get(name));
    } catch (NumberFormatException e) {
      throw new UsageException("--" + name + " is " + options.get(name) + ": give " + remedy);
    }
  }
}
