package io.kelson.server.maintenance;

import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmType;

/**
 * Something wrong with a member that the whole cluster takes notice of.
 *
 * @param memberId whom it concerns; 0 if nobody knows
 * @param type what is wrong
 * @param automatic whether the member raised it itself and takes it back by itself
 */
public record Alarm(long memberId, AlarmType type, boolean automatic) {
  /** As clients see it. */
  public AlarmMember toProto() {
    return AlarmMember.newBuilder().setMemberID(memberId).setAlarm(type).build();
  }

  /** As Status lists it, in etcd's words: {@code memberID:1 alarm:NOSPACE}. */
  public String text() {
    return "memberID:" + Long.toUnsignedString(memberId) + " alarm:" + type;
  }
}
