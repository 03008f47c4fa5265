package io.kelson.server.config;

import io.kelson.server.config.Setting.Fate;
import io.kelson.server.config.Setting.Group;
import java.util.List;

/** The tables of settings in the documentation, in Markdown. */
final class ConfigTables {
  private ConfigTables() {}

  /** What is obeyed, a table a heading. */
  static String settings() {
    StringBuilder text = new StringBuilder();
    for (Group group : Group.values()) {
      text.append("### ").append(group.title()).append("\n\n");
      text.append("| setting | value | default | what it is | too small | too large |\n");
      text.append("|---|---|---|---|---|---|\n");
      SettingTable.obeyed().stream()
          .filter(setting -> setting.group() == group)
          .forEach(setting -> text.append(row(setting)));
      text.append('\n');
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static String row(Setting setting) {
    return "| `%s`%s | %s | %s | %s | %s | %s |\n"
        .formatted(
            setting.name(),
            setting.isOwn() ? " (Kelson's own)" : "",
            code(setting.label()),
            code(setting.defaultText()),
            cell(setting.help()),
            cell(setting.tooSmall()),
            cell(setting.tooLarge()));
  }

  /** Every name of etcd's, with what becomes of it. */
  static String etcd() {
    StringBuilder text = new StringBuilder("| etcd's flag | here | why, or what instead |\n");
    text.append("|---|---|---|\n");
    List<Setting> rows =
        SettingTable.all().stream()
            .filter(setting -> !setting.isOwn())
            .sorted(java.util.Comparator.comparing(Setting::name))
            .toList();
    for (Setting setting : rows) {
      text.append(
          "| `--%s` | %s | %s |\n".formatted(setting.name(), fate(setting), cell(remark(setting))));
    }
    return text.toString();
  }

  private static String fate(Setting setting) {
    if (setting.isOld() && setting.fate() == Fate.OBEYED) {
      return "obeyed, with a warning";
    }
    return switch (setting.fate()) {
      case OBEYED -> "obeyed";
      case WITHOUT_EFFECT -> "accepted without effect";
      case REFUSED -> "refused" + unless(setting);
    };
  }

  private static String unless(Setting setting) {
    List<String> values = setting.harmless().stream().filter(v -> !v.isEmpty()).sorted().toList();
    return values.isEmpty() ? "" : ", unless " + String.join(" or ", values);
  }

  private static String remark(Setting setting) {
    return setting.isOld() && setting.fate() == Fate.OBEYED
        ? "a name of old; write " + setting.replacement()
        : setting.why();
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + cell(text) + "`";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
