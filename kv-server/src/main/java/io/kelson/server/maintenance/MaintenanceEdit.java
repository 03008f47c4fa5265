package io.kelson.server.maintenance;

import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmType;
import io.kelson.server.proto.AlarmChange;
import java.util.List;
import java.util.Optional;

/**
 * What a change of alarms comes to. A function of the state and the change.
 *
 * @param after the state after it; the same object as before if nothing has changed
 * @param row the alarm whose row is to be written or taken away; null if nothing has changed
 * @param concerned what to answer, as etcd: the alarm that was raised, is there already, or is gone
 */
public record MaintenanceEdit(MaintenanceState after, Alarm row, List<AlarmMember> concerned) {
  /** Carries a change out on a state. */
  public static MaintenanceEdit of(AlarmChange change, MaintenanceState before) {
    AlarmRequest request = change.getRequest();
    boolean known =
        request.getAlarm() == AlarmType.NOSPACE || request.getAlarm() == AlarmType.CORRUPT;
    if (!known) {
      return nothing(before);
    }
    Optional<Alarm> there = before.find(request.getMemberID(), request.getAlarm());
    return switch (request.getAction()) {
      case ACTIVATE -> activate(change, there, before);
      case DEACTIVATE -> deactivate(change, there, before);
      case GET, UNRECOGNIZED -> nothing(before);
    };
  }

  private static MaintenanceEdit activate(
      AlarmChange change, Optional<Alarm> there, MaintenanceState before) {
    Alarm raised =
        new Alarm(
            change.getRequest().getMemberID(),
            change.getRequest().getAlarm(),
            change.getAutomatic());
    // What somebody raised by hand stays until somebody takes it back by hand.
    boolean isNew = there.isEmpty() || there.get().automatic() && !raised.automatic();
    return isNew
        ? new MaintenanceEdit(before.with(raised), raised, List.of(raised.toProto()))
        : new MaintenanceEdit(before, null, List.of(raised.toProto()));
  }

  private static MaintenanceEdit deactivate(
      AlarmChange change, Optional<Alarm> there, MaintenanceState before) {
    boolean goes = there.isPresent() && (!change.getAutomatic() || there.get().automatic());
    return goes
        ? new MaintenanceEdit(
            before.without(there.get()), there.get(), List.of(there.get().toProto()))
        : nothing(before);
  }

  private static MaintenanceEdit nothing(MaintenanceState before) {
    return new MaintenanceEdit(before, null, List.of());
  }

  /** Whether the alarm of {@link #row} is there now. */
  public boolean isRaised() {
    return row != null && after.find(row.memberId(), row.type()).isPresent();
  }
}
