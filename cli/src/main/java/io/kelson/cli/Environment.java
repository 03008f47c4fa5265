package io.kelson.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Flags given as variables: {@code KELSONCTL_NAME}, and {@code ETCDCTL_NAME} where that is unset.
 */
final class Environment {
  private static final List<String> PREFIXES = List.of("KELSONCTL_", "ETCDCTL_");

  /** Variables with these endings are no flags. API is what etcdctl's users set to 3. */
  private static final Set<String> OTHERS =
      Set.of("API", "WATCH_KEY", "WATCH_RANGE_END", "JAVA_OPTS", "NO_ARCHIVE");

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /** What is set for a flag such as {@code write-out}; an empty variable counts as unset. */
  Optional<String> flag(String name) {
    return variable(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Everything that is set. */
  Map<String, String> all() {
    return variables;
  }

  Optional<String> variable(String ending) {
    for (String prefix : PREFIXES) {
      String value = variables.getOrDefault(prefix + ending, "");
      if (!value.isEmpty()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  /** Variables that look like flags and are none: the user expects something of them. */
  List<String> unrecognized() {
    List<String> unrecognized = new ArrayList<>();
    for (String name : variables.keySet()) {
      for (String prefix : PREFIXES) {
        if (name.startsWith(prefix) && !isKnown(name.substring(prefix.length()))) {
          unrecognized.add(name);
        }
      }
    }
    Collections.sort(unrecognized);
    return unrecognized;
  }

  private static boolean isKnown(String ending) {
    String name = ending.toLowerCase(Locale.ROOT).replace('_', '-');
    for (Command.Flag flag : Globals.FLAGS) {
      if (flag.name().equals(name)) {
        return true;
      }
    }
    return OTHERS.contains(ending);
  }
}
