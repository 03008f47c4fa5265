package io.kelson.server.maintenance;

import io.kelson.api.AlarmType;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the log says of alarms and of a downgrade: the same on every member that has applied the
 * same entries. Immutable.
 *
 * @param alarms by type, then by member
 * @param downgradeTarget the version whose members are let in, as major.minor.patch; empty for none
 */
public record MaintenanceState(List<Alarm> alarms, String downgradeTarget) {
  private static final Comparator<Alarm> ORDER =
      Comparator.comparing(Alarm::type).thenComparing(Alarm::memberId, Long::compareUnsigned);

  /** All is well. */
  public static final MaintenanceState NONE = new MaintenanceState(List.of(), "");

  public MaintenanceState {
    alarms = alarms.stream().sorted(ORDER).toList();
  }

  /** Whether any member has such an alarm. */
  public boolean has(AlarmType type) {
    for (Alarm alarm : alarms) {
      if (alarm.type() == type) {
        return true;
      }
    }
    return false;
  }

  /** A member's alarm of a type. */
  public Optional<Alarm> find(long memberId, AlarmType type) {
    return alarms.stream()
        .filter(alarm -> alarm.memberId() == memberId && alarm.type() == type)
        .findFirst();
  }

  /** The alarms of a type; of every type for {@link AlarmType#NONE}. */
  public List<Alarm> of(AlarmType type) {
    return alarms.stream().filter(alarm -> type == AlarmType.NONE || alarm.type() == type).toList();
  }

  MaintenanceState with(Alarm alarm) {
    return new MaintenanceState(
        Stream.concat(without(alarm).alarms.stream(), Stream.of(alarm)).toList(), downgradeTarget);
  }

  MaintenanceState without(Alarm gone) {
    return new MaintenanceState(
        alarms.stream()
            .filter(alarm -> alarm.memberId() != gone.memberId() || alarm.type() != gone.type())
            .toList(),
        downgradeTarget);
  }

  /** The same with another downgrade under way; empty for none. */
  public MaintenanceState withDowngrade(String target) {
    return new MaintenanceState(alarms, target);
  }
}
