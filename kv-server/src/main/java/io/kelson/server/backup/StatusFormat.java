package io.kelson.server.backup;

import io.kelson.server.backup.SnapshotStatusCommand.BackupStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The output formats of {@code snapshot status}, as etcdutl prints them. */
enum StatusFormat {
  SIMPLE {
    @Override
    String print(BackupStatus status) {
      return String.join(", ", cells(status)) + "\n";
    }
  },
  JSON {
    @Override
    String print(BackupStatus status) {
      return "{\"hash\":%d,\"revision\":%d,\"totalKey\":%d,\"totalSize\":%d,\"version\":\"%s\"}\n"
          .formatted(
              unsigned(status.hash()),
              status.revision(),
              status.totalKeys(),
              status.totalSize(),
              status.version());
    }
  },
  TABLE {
    @Override
    String print(BackupStatus status) {
      List<String> cells = cells(status);
      StringBuilder rule = new StringBuilder("+");
      StringBuilder head = new StringBuilder("|");
      StringBuilder row = new StringBuilder("|");
      for (int i = 0; i < HEADS.size(); i++) {
        int width = Math.max(HEADS.get(i).length(), cells.get(i).length());
        rule.append("-".repeat(width + 2)).append('+');
        head.append(' ').append(centred(HEADS.get(i), width)).append(" |");
        boolean isNumber = cells.get(i).matches("[0-9]+");
        row.append(((isNumber ? " %" : " %-") + width + "s |").formatted(cells.get(i)));
      }
      return String.join("\n", rule, head, rule, row, rule) + "\n";
    }
  },
  FIELDS {
    @Override
    String print(BackupStatus status) {
      return "\"Hash\" : %d\n\"Revision\" : %d\n\"Keys\" : %d\n\"Size\" : %d\n\"Version\" : \"%s\"\n"
          .formatted(
              unsigned(status.hash()),
              status.revision(),
              status.totalKeys(),
              status.totalSize(),
              status.version());
    }
  };

  private static final List<String> HEADS =
      List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION");
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  abstract String print(BackupStatus status);

  static Optional<StatusFormat> named(String name) {
    return Arrays.stream(values())
        .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst();
  }

  private static List<String> cells(BackupStatus status) {
    return List.of(
        Integer.toHexString(status.hash()),
        Long.toString(status.revision()),
        Long.toString(status.totalKeys()),
        readable(status.totalSize()),
        status.version());
  }

  private static long unsigned(int hash) {
    return Integer.toUnsignedLong(hash);
  }

  private static String centred(String text, int width) {
    int left = (width - text.length()) / 2;
    return " ".repeat(left) + text + " ".repeat(width - text.length() - left);
  }

  /** Thousands, with one digit behind the point below ten. */
  static String readable(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    boolean isSmall = unit > 0 && Math.round(value * 10) < 100;
    return (isSmall ? "%.1f %s" : "%.0f %s").formatted(value, UNITS[unit]);
  }
}
