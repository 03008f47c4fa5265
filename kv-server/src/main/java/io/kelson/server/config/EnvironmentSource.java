package io.kelson.server.config;

import io.kelson.server.config.Given.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What environment variables say. {@code KELSON_NAME} wins over {@code ETCD_NAME}; empty ones say
 * nothing.
 */
final class EnvironmentSource {
  static final String OWN_PREFIX = "KELSON_";
  private static final String ETCD_PREFIX = "ETCD_";
  private static final List<String> PREFIXES = List.of(OWN_PREFIX, ETCD_PREFIX);
  private static final String CONFIG_FILE = "CONFIG_FILE";

  /** Variables of the launcher, and of the process itself. */
  private static final Set<String> NOT_SETTINGS =
      Set.of("JAVA_OPTS", "NO_BUILD", "NO_ARCHIVE", "NATIVE_DIR", "UP_PID", "ETCD");

  private EnvironmentSource() {}

  /** By the setting's name. */
  static Map<String, Given> read(Map<String, String> environment) {
    Map<String, Given> given = new LinkedHashMap<>();
    for (Setting setting : SettingTable.all()) {
      for (String prefix : PREFIXES) {
        String variable = prefix + setting.variable();
        String value = environment.getOrDefault(variable, "");
        if (!value.isEmpty()) {
          given.put(
              setting.name(),
              new Given(setting, value, new Source(Source.Kind.VARIABLE, variable, 0)));
          break;
        }
      }
    }
    return given;
  }

  /** The file named, or null. */
  static String configFile(Map<String, String> environment) {
    for (String prefix : PREFIXES) {
      String value = environment.getOrDefault(prefix + CONFIG_FILE, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return null;
  }

  /** A line for each variable that looks like a setting and is none. */
  static List<String> warnings(Map<String, String> environment) {
    Set<String> known =
        SettingTable.all().stream().map(Setting::variable).collect(Collectors.toSet());
    return environment.keySet().stream()
        .filter(v -> PREFIXES.stream().anyMatch(v::startsWith))
        .filter(v -> !known.contains(rest(v)) && !isOfSomethingElse(v))
        .sorted()
        .map(v -> "environment variable " + v + " is no flag of this version and is ignored")
        .toList();
  }

  private static boolean isOfSomethingElse(String variable) {
    String rest = rest(variable);
    return rest.equals(CONFIG_FILE)
        || variable.startsWith(OWN_PREFIX) && NOT_SETTINGS.contains(rest);
  }

  private static String rest(String variable) {
    return variable.substring(variable.indexOf('_') + 1);
  }
}
