package io.kelson.server.config;

import io.kelson.server.config.Setting.Group;
import java.util.List;
import java.util.Map;

/**
 * What settings come to, for people.
 *
 * @param text every setting in force with where it comes from; nothing secret
 * @param warnings what somebody may believe to be in force and is not
 */
public record ConfigReport(String text, List<String> warnings) {
  /**
   * Reads settings as {@link ServerFlags#parse} does.
   *
   * @throws ConfigException with everything that is wrong
   */
  public static ConfigReport of(List<String> args, Map<String, String> environment) {
    Problems problems = new Problems();
    CommandLineSource flags = CommandLineSource.read(args, problems);
    ServerFlags.Reading reading = ServerFlags.parse(flags, environment, problems);
    StringBuilder text = new StringBuilder("OK\n");
    for (Group group : Group.values()) {
      text.append("\n# ").append(group.title()).append('\n');
      SettingTable.obeyed().stream()
          .filter(setting -> setting.group() == group)
          .forEach(setting -> line(text, setting, said(setting, reading)));
    }
    return new ConfigReport(text.toString().stripTrailing(), reading.warnings());
  }

  private static Given said(Setting setting, ServerFlags.Reading reading) {
    return reading.given().values().stream()
        .filter(given -> given.setting().canonicalName().equals(setting.name()))
        .findFirst()
        .orElse(null);
  }

  private static void line(StringBuilder text, Setting setting, Given given) {
    String value = setting.shown(given == null ? setting.defaultText() : given.text());
    String from = given == null ? "default" : given.source().place();
    text.append("%s: %s  # %s%n".formatted(setting.name(), quoted(value), from));
  }

  /** So that the text could be a configuration file again. */
  private static String quoted(String value) {
    return value.matches("[A-Za-z0-9/][A-Za-z0-9/._-]*")
        ? value
        : "'" + value.replace("'", "''") + "'";
  }
}
