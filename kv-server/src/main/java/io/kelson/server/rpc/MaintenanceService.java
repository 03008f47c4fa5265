package io.kelson.server.rpc;

import io.grpc.stub.StreamObserver;
import io.kelson.api.AlarmRequest;
import io.kelson.api.AlarmRequest.AlarmAction;
import io.kelson.api.AlarmResponse;
import io.kelson.api.DefragmentRequest;
import io.kelson.api.DefragmentResponse;
import io.kelson.api.DowngradeInfo;
import io.kelson.api.DowngradeRequest;
import io.kelson.api.DowngradeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashKVResponse;
import io.kelson.api.HashRequest;
import io.kelson.api.HashResponse;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.MoveLeaderRequest;
import io.kelson.api.MoveLeaderResponse;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.KelsonVersion;
import io.kelson.server.maintenance.Alarm;
import io.kelson.server.maintenance.MaintenanceState;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.AlarmChange;
import io.kelson.server.proto.InternalRequest;
import java.util.function.BooleanSupplier;

/** etcdserverpb.Maintenance. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private final ConsensusNode node;
  private final MvccStore store;
  private final StoreReads reads;
  private final Proposals proposals;
  private final Headers headers;
  private final DiskHealth disk;
  private final BooleanSupplier isLearner;
  private final SnapshotCalls snapshots;
  private final MaintenanceParts parts;
  private final LeaderMoves moves;
  private final Downgrades downgrades;

  MaintenanceService(
      ConsensusNode node,
      MvccStore store,
      StoreReads reads,
      Proposals proposals,
      Headers headers,
      DiskHealth disk,
      BooleanSupplier isLearner,
      SnapshotCalls snapshots,
      MaintenanceParts parts,
      LeaderMoves moves) {
    this.node = node;
    this.store = store;
    this.reads = reads;
    this.proposals = proposals;
    this.headers = headers;
    this.disk = disk;
    this.isLearner = isLearner;
    this.snapshots = snapshots;
    this.parts = parts;
    this.moves = moves;
    this.downgrades = new Downgrades(proposals, parts.state());
  }

  /** A question is a linearizable read; anything else goes through the log. */
  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
    Reply<AlarmResponse> reply = Reply.to(AlarmResponse.class, observer);
    if (request.getAction() == AlarmAction.GET) {
      reads.whenFresh(false, () -> reply.send(alarms(request)), reply::failed);
    } else {
      reply.waitsFor(
          proposals.submit(
              InternalRequest.newBuilder().setAlarm(AlarmChange.newBuilder().setRequest(request)),
              CallLoop.current(),
              reply));
    }
  }

  private AlarmResponse alarms(AlarmRequest request) {
    AlarmResponse.Builder response =
        AlarmResponse.newBuilder().setHeader(headers.at(store.currentRevision()));
    parts.state().current().of(request.getAlarm()).stream()
        .map(Alarm::toProto)
        .forEach(response::addAlarms);
    return response.build();
  }

  /** Answers from this member alone: it must work when nothing else does. */
  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    RaftStatus raft = node.status();
    MaintenanceState state = parts.state().current();
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setHeader(headers.at(store.currentRevision()))
            .setVersion(KelsonVersion.ETCD_API)
            .setStorageVersion(KelsonVersion.CLUSTER)
            .setDbSize(store.sizeBytes())
            .setDbSizeInUse(store.sizeInUseBytes())
            .setDbSizeQuota(parts.space().limitBytes())
            .setLeader(raft.leader())
            .setRaftIndex(raft.commitIndex())
            .setRaftAppliedIndex(raft.appliedIndex())
            .setRaftTerm(raft.term())
            .setIsLearner(isLearner.getAsBoolean())
            .setDowngradeInfo(
                DowngradeInfo.newBuilder()
                    .setEnabled(!state.downgradeTarget().isEmpty())
                    .setTargetVersion(state.downgradeTarget()));
    if (raft.leader() == 0) {
      status.addErrors(EtcdError.NO_LEADER.text());
    }
    state.alarms().forEach(alarm -> status.addErrors(alarm.text()));
    if (disk.isFull()) {
      status.addErrors(disk.reason());
    }
    Reply.to(StatusResponse.class, observer).send(status.build());
  }

  /** There is nothing to stop for: what takes up space is merged away while others go on. */
  @Override
  public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
    parts.reclaim().run();
    Reply.to(DefragmentResponse.class, observer).send(DefragmentResponse.getDefaultInstance());
  }

  /** A backup of this member's store; any member serves it. */
  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
    snapshots.serve(observer);
  }

  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
    moves.move(request.getTargetID(), Reply.to(MoveLeaderResponse.class, observer));
  }

  @Override
  public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> observer) {
    downgrades.carryOut(request, Reply.to(DowngradeResponse.class, observer), headers);
  }

  /**
   * As HashKV of the newest revision: everything else a member holds follows from the log alone.
   */
  @Override
  public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
    reads.answer(
        true,
        StoreReads.slow(
            view ->
                HashResponse.newBuilder()
                    .setHeader(headers.at(view.revision()))
                    .setHash((int) view.hashKv(0))
                    .build()),
        Reply.to(HashResponse.class, observer));
  }

  /** Reads the whole history, so it goes to the read pool. */
  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
    reads.answer(
        true,
        StoreReads.slow(
            view -> {
              long revision = request.getRevision() > 0 ? request.getRevision() : view.revision();
              return HashKVResponse.newBuilder()
                  .setHeader(headers.at(view.revision()))
                  .setHash((int) view.hashKv(revision))
                  .setCompactRevision(view.compactRevision())
                  .setHashRevision(revision)
                  .build();
            }),
        Reply.to(HashKVResponse.class, observer));
  }
}
