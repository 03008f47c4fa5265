package io.kelson.server.maintenance;

import io.kelson.api.AlarmType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** How alarms and a downgrade look in the store; {@code docs/DISK-FORMAT-STORE.md}. */
public final class MaintenanceRows {
  static final String PREFIX = "maintenance/";

  private static final String ALARM = PREFIX + "alarm/";
  private static final String DOWNGRADE = PREFIX + "downgrade";
  private static final byte[] MANUAL = {0};
  private static final byte[] AUTOMATIC = {1};

  private MaintenanceRows() {}

  /** The name of an alarm's row. */
  public static String name(Alarm alarm) {
    return ALARM + alarm.type().getNumber() + "/%016x".formatted(alarm.memberId());
  }

  /** The value of an alarm's row. */
  public static byte[] value(Alarm alarm) {
    return (alarm.automatic() ? AUTOMATIC : MANUAL).clone();
  }

  /** The name of the row that says which downgrade is under way; absent for none. */
  public static String downgradeName() {
    return DOWNGRADE;
  }

  /** The value of that row, null to take it away. */
  public static byte[] downgradeValue(String target) {
    return target.isEmpty() ? null : target.getBytes(StandardCharsets.UTF_8);
  }

  static MaintenanceState read(SortedMap<String, byte[]> rows) {
    List<Alarm> alarms = new ArrayList<>();
    String target = "";
    for (var row : rows.entrySet()) {
      if (row.getKey().startsWith(ALARM)) {
        String[] parts = row.getKey().substring(ALARM.length()).split("/");
        alarms.add(
            new Alarm(
                Long.parseUnsignedLong(parts[1], 16),
                AlarmType.forNumber(Integer.parseInt(parts[0])),
                row.getValue()[0] == AUTOMATIC[0]));
      } else if (row.getKey().equals(DOWNGRADE)) {
        target = new String(row.getValue(), StandardCharsets.UTF_8);
      }
    }
    return new MaintenanceState(alarms, target);
  }
}
