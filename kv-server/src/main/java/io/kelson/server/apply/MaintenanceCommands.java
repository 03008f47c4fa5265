package io.kelson.server.apply;

import com.google.protobuf.MessageLite;
import io.kelson.api.AlarmResponse;
import io.kelson.api.DowngradeResponse;
import io.kelson.api.EtcdError;
import io.kelson.raft.core.Entry;
import io.kelson.server.maintenance.Alarm;
import io.kelson.server.maintenance.HashPoint;
import io.kelson.server.maintenance.MaintenanceEdit;
import io.kelson.server.maintenance.MaintenanceRows;
import io.kelson.server.maintenance.MaintenanceState;
import io.kelson.server.maintenance.MaintenanceStore;
import io.kelson.server.mvcc.ApplyBatch;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.AlarmChange;
import io.kelson.server.proto.DowngradeChange;
import io.kelson.server.proto.HashCheck;
import io.kelson.server.proto.InternalRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What the log says of alarms, and what alarms keep other requests from.
 *
 * <p>An alarm counts from the entry that raises it to the entry that takes it back, however entries
 * are grouped: two members never judge the same request by different alarms.
 */
final class MaintenanceCommands {
  private final MaintenanceStore store;

  /** As of the last entry of the group under way. */
  private MaintenanceState state;

  private boolean changed;
  private final List<HashPoint> hashes = new ArrayList<>();

  MaintenanceCommands(MaintenanceStore store) {
    this.store = store;
    this.state = store.current();
  }

  /** Refuses what an alarm keeps from being done. */
  void requireNoAlarm(InternalRequest request) {
    EtcdError error = AlarmRules.refusal(state, request);
    if (error != null) {
      throw new RefusedException(error);
    }
  }

  MessageLite execute(
      InternalRequest request, Entry entry, ApplyBatch batch, LeaseCommands.HeaderMaker headers) {
    return switch (request.getRequestCase()) {
      case ALARM ->
          alarm(request.getAlarm(), batch)
              .setHeader(headers.header(entry.term(), batch.revision()))
              .build();
      case DOWNGRADE ->
          downgrade(request.getDowngrade(), batch)
              .setHeader(headers.header(entry.term(), batch.revision()))
              .build();
      case HASH_CHECK -> hashCheck(batch);
      default -> throw new IllegalArgumentException("not ours: " + request.getRequestCase());
    };
  }

  private AlarmResponse.Builder alarm(AlarmChange change, ApplyBatch batch) {
    MaintenanceEdit edit = MaintenanceEdit.of(change, state);
    Alarm row = edit.row();
    if (row != null) {
      batch
          .rows()
          .put(MaintenanceRows.name(row), edit.isRaised() ? MaintenanceRows.value(row) : null);
      become(edit.after());
    }
    return AlarmResponse.newBuilder().addAllAlarms(edit.concerned());
  }

  private DowngradeResponse.Builder downgrade(DowngradeChange change, ApplyBatch batch) {
    if (!change.getTarget().equals(state.downgradeTarget())) {
      batch
          .rows()
          .put(MaintenanceRows.downgradeName(), MaintenanceRows.downgradeValue(change.getTarget()));
      become(state.withDowngrade(change.getTarget()));
    }
    return DowngradeResponse.newBuilder();
  }

  /** There is no such call in the API: the answer is the request itself. */
  private MessageLite hashCheck(ApplyBatch batch) {
    hashes.add(new HashPoint(batch.revision(), batch.compactRevision()));
    return HashCheck.getDefaultInstance();
  }

  private void become(MaintenanceState next) {
    state = next;
    changed = true;
  }

  /** The group has been written; shows what it has changed. */
  void committed() {
    if (changed) {
      changed = false;
      store.publish(state);
    }
    hashes.forEach(store::hashWanted);
    hashes.clear();
  }

  /** A snapshot has been installed. */
  void replaced(MvccStore replaced) {
    store.replaced(replaced);
    state = store.current();
    changed = false;
  }
}
