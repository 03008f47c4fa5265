package io.kelson.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Flags given as variables: {@code KELSONCTL_NAME}, and {@code ETCDCTL_NAME} where that is unset.
 */
final class Environment {
  private static final List<String> PREFIXES = List.of("KELSONCTL_", "ETCDCTL_");

  /** Variables with these endings are no flags. API is what etcdctl's users set to 3. */
  private static final Set<String> OTHERS =
      Set.of("API", "WATCH_KEY", "WATCH_RANGE_END", "JAVA_OPTS");

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /** What is set for a flag such as {@code write-out}; an empty variable counts as unset. */
  Optional<String> flag(String name) {
    return variable(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  Optional<String> variable(String ending) {
    return PREFIXES.stream()
        .map(prefix -> variables.getOrDefault(prefix + ending, ""))
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  /** Variables that look like flags and are none: the user expects something of them. */
  List<String> unrecognized(Set<String> flags) {
    Map<String, String> sorted = new TreeMap<>(variables);
    return sorted.keySet().stream().filter(name -> unrecognized(name, flags)).toList();
  }

  private static boolean unrecognized(String name, Set<String> flags) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        String ending = name.substring(prefix.length());
        String flag = ending.toLowerCase(Locale.ROOT).replace('_', '-');
        return !OTHERS.contains(ending) && !flags.contains(flag);
      }
    }
    return false;
  }
}
