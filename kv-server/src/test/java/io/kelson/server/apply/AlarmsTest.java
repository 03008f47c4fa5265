package io.kelson.server.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.AlarmMember;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmResponse;
import io.kelson.api.AlarmType;
import io.kelson.api.CompactionRequest;
import io.kelson.api.CompactionResponse;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseRevokeResponse;
import io.kelson.api.PutResponse;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.proto.AlarmChange;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What alarms keep from being applied, and that they count from entry to entry. */
class AlarmsTest {
  @TempDir Path temp;

  private static InternalRequest.Builder alarm(
      AlarmAction action, long member, AlarmType type, boolean automatic) {
    return InternalRequest.newBuilder()
        .setAlarm(
            AlarmChange.newBuilder()
                .setAutomatic(automatic)
                .setRequest(
                    AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(member)
                        .setAlarm(type)));
  }

  private static List<AlarmMember> alarms(Object answer) {
    return ((AlarmResponse) answer).getAlarmsList();
  }

  private static InternalRequest.Builder grant(long id) {
    return InternalRequest.newBuilder()
        .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(60));
  }

  private static InternalRequest.Builder revoke(long id) {
    return InternalRequest.newBuilder().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id));
  }

  private static InternalRequest.Builder compact(long revision) {
    return InternalRequest.newBuilder()
        .setCompaction(CompactionRequest.newBuilder().setRevision(revision));
  }

  @Test
  void noSpaceRefusesWhatAddsSomething() {
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      bed.put("a", "1");
      bed.one(grant(9));
      bed.one(alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE, false));
      assertThat(bed.put("a", "2")).isEqualTo(EtcdError.NO_SPACE);
      assertThat(bed.one(grant(10))).isEqualTo(EtcdError.NO_SPACE);
      TxnRequest.Builder nested =
          TxnRequest.newBuilder()
              .addFailure(
                  TestBed.op(
                      TxnRequest.newBuilder()
                          .addSuccess(TestBed.op(TestBed.putRequest("a", "3")))));
      assertThat(bed.txn(nested)).isEqualTo(EtcdError.NO_SPACE);
      assertThat(bed.txn(TxnRequest.newBuilder().addSuccess(TestBed.deleteOp("b", ""))))
          .isInstanceOf(TxnResponse.class);
      assertThat(bed.delete("a", "")).isInstanceOf(DeleteRangeResponse.class);
      assertThat(bed.one(revoke(9))).isInstanceOf(LeaseRevokeResponse.class);
      assertThat(bed.one(compact(2))).isInstanceOf(CompactionResponse.class);
      bed.one(alarm(AlarmAction.DEACTIVATE, 1, AlarmType.NOSPACE, false));
      assertThat(bed.put("a", "2")).isInstanceOf(PutResponse.class);
    }
  }

  @Test
  void corruptRefusesEveryChange() {
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      bed.put("a", "1");
      bed.one(grant(9));
      bed.one(alarm(AlarmAction.ACTIVATE, 0, AlarmType.CORRUPT, false));
      assertThat(bed.put("a", "2")).isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.delete("a", "")).isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.one(compact(2))).isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.one(grant(10))).isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.one(revoke(9))).isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.txn(TxnRequest.newBuilder().addSuccess(TestBed.deleteOp("b", ""))))
          .isEqualTo(EtcdError.CORRUPT);
      assertThat(bed.revision()).isEqualTo(2);
    }
  }

  @Test
  void anAlarmCountsFromItsEntryOnHoweverEntriesAreGrouped() {
    List<InternalRequest.Builder> entries =
        List.of(
            TestBed.request(TestBed.putRequest("a", "1")),
            alarm(AlarmAction.ACTIVATE, 1, AlarmType.NOSPACE, true),
            TestBed.request(TestBed.putRequest("b", "1")),
            alarm(AlarmAction.DEACTIVATE, 1, AlarmType.NOSPACE, true),
            TestBed.request(TestBed.putRequest("c", "1")),
            alarm(AlarmAction.ACTIVATE, 2, AlarmType.NOSPACE, true),
            // Views are made anew by changes of keys only.
            InternalRequest.newBuilder()
                .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(TestBed.utf8("a"))));
    try (TestBed together = new TestBed(temp.resolve("a"));
        TestBed apart = new TestBed(temp.resolve("b"))) {
      entries.forEach(together::add);
      together.apply();
      entries.forEach(entry -> apart.one(entry.clone()));
      assertThat(together.outcomes.get(3L)).isEqualTo(EtcdError.NO_SPACE);
      assertThat(together.outcomes.get(5L)).isInstanceOf(PutResponse.class);
      assertThat(together.outcomes).isEqualTo(apart.outcomes);
      try (var one = together.store.acquireView();
          var other = apart.store.acquireView()) {
        assertThat(one.hashKv(0)).isEqualTo(other.hashKv(0));
        assertThat(one.metaRows("maintenance/").keySet())
            .isEqualTo(other.metaRows("maintenance/").keySet())
            .hasSize(1);
      }
    }
  }

  @Test
  void answersAreEtcds() {
    AlarmMember mine = AlarmMember.newBuilder().setMemberID(5).setAlarm(AlarmType.NOSPACE).build();
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      Object first = bed.one(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE, false));
      assertThat(alarms(first)).containsExactly(mine);
      Object again = bed.one(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE, false));
      assertThat(alarms(again)).containsExactly(mine);
      Object none = bed.one(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NONE, false));
      assertThat(alarms(none)).isEmpty();
      Object other = bed.one(alarm(AlarmAction.DEACTIVATE, 6, AlarmType.NOSPACE, false));
      assertThat(alarms(other)).isEmpty();
      Object gone = bed.one(alarm(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE, false));
      assertThat(alarms(gone)).containsExactly(mine);
    }
  }

  @Test
  void whatWasRaisedByHandIsTakenBackByHandOnly() {
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      bed.one(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE, true));
      bed.one(alarm(AlarmAction.ACTIVATE, 5, AlarmType.NOSPACE, false));
      bed.one(alarm(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE, true));
      assertThat(bed.put("a", "1")).isEqualTo(EtcdError.NO_SPACE);
      bed.one(alarm(AlarmAction.DEACTIVATE, 5, AlarmType.NOSPACE, false));
      assertThat(bed.put("a", "1")).isInstanceOf(PutResponse.class);
    }
  }

  @Test
  void alarmsOutliveARestart() {
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      bed.one(alarm(AlarmAction.ACTIVATE, -2, AlarmType.CORRUPT, false));
    }
    try (TestBed bed = new TestBed(temp.resolve("a"))) {
      assertThat(bed.put("a", "1")).isEqualTo(EtcdError.CORRUPT);
      assertThat(new MaintenanceStore(bed.store).current().alarms())
          .extracting(alarm -> alarm.text())
          .containsExactly("memberID:18446744073709551614 alarm:CORRUPT");
    }
  }
}
