package io.kelson.server.config;

import io.kelson.server.config.Setting.Fate;
import io.kelson.server.config.Setting.Group;
import java.util.List;

/** The text of {@code kelson server --help}, made of the table of settings. */
final class ServerHelp {
  private static final int WIDTH = 100;
  private static final int COLUMN = 41;

  private static final String HEAD =
      """
      Usage: kelson server [flags]

      Runs one Kelson member. Without flags: a cluster of one, clients on localhost:2379.
      Flags carry etcd's names; each can also be set as KELSON_<FLAG> or ETCD_<FLAG>, for example
      KELSON_DATA_DIR. A flag wins over KELSON_, KELSON_ wins over ETCD_. Or all of them stand in a
      file, as lines of the form name: value. Times have a unit: 100ms, 5s, 10m, 1h30m.
      """;

  private static final String TAIL =
      """

      Examples
        One member for development:
          kelson server --data-dir /tmp/kelson

        One of three:
          kelson server --name a --data-dir /var/lib/kelson \\
            --listen-client-urls http://10.0.0.1:2379 --advertise-client-urls http://10.0.0.1:2379 \\
            --listen-peer-urls http://10.0.0.1:2380 \\
            --initial-advertise-peer-urls http://10.0.0.1:2380 \\
            --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380

        From a file, looked at first:
          kelson config check /etc/kelson/kelson.yml && \\
            kelson server --config-file /etc/kelson/kelson.yml
      """;

  private ServerHelp() {}

  static String text() {
    StringBuilder text = new StringBuilder(HEAD);
    for (Group group : Group.values()) {
      text.append('\n').append(group.title()).append('\n');
      for (Setting setting : SettingTable.obeyed()) {
        if (setting.group() == group) {
          String label = setting.isSwitch() ? "" : " " + setting.label();
          String byDefault =
              setting.defaultText().isEmpty() ? "" : " (" + setting.defaultText() + ")";
          entry(text, setting.flag() + label, setting.help() + byDefault);
        }
      }
    }
    text.append("\nOther\n");
    entry(
        text,
        CommandLineSource.CONFIG_FILE + " FILE",
        "read all settings from this YAML file, which may be etcd's; nothing else counts then");
    entry(text, "--version, -v", "print versions and exit");
    entry(text, "--help, -h", "print this and exit");
    text.append("\nOf etcd's flags these are taken and have no effect:\n");
    wrapped(text, names(Fate.WITHOUT_EFFECT));
    text.append("and these are taken only with values that ask for nothing:\n");
    wrapped(text, names(Fate.REFUSED));
    text.append("Names that began with --experimental- are understood, with a warning.\n");
    return text.append(TAIL).toString().stripTrailing();
  }

  private static List<String> names(Fate fate) {
    return SettingTable.all().stream()
        .filter(s -> s.fate() == fate && !s.isOld() && !s.name().startsWith("experimental-"))
        .map(Setting::name)
        .sorted()
        .toList();
  }

  private static void wrapped(StringBuilder text, List<String> words) {
    StringBuilder line = new StringBuilder(" ");
    for (String word : words) {
      if (line.length() + word.length() + 1 > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(" ");
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
  }

  private static void entry(StringBuilder text, String left, String right) {
    StringBuilder line = new StringBuilder("  ").append(left);
    if (line.length() >= COLUMN - 1) {
      text.append(line).append('\n');
      line = new StringBuilder();
    }
    pad(line);
    for (String word : right.split(" ")) {
      if (line.length() + word.length() > WIDTH) {
        text.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder();
        pad(line);
      }
      line.append(word).append(' ');
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static void pad(StringBuilder line) {
    while (line.length() < COLUMN) {
      line.append(' ');
    }
  }
}
