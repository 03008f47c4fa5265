package io.kelson.server.rpc;

import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashKVResponse;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.raft.runtime.RaftStatus;
import io.kelson.server.KelsonVersion;
import io.kelson.server.mvcc.MvccStore;
import java.util.function.BooleanSupplier;

/** etcdserverpb.Maintenance: Status, HashKV and Snapshot. The rest is not built yet. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  private final ConsensusNode node;
  private final MvccStore store;
  private final StoreReads reads;
  private final Headers headers;
  private final DiskHealth disk;
  private final BooleanSupplier isLearner;
  private final SnapshotCalls snapshots;

  MaintenanceService(
      ConsensusNode node,
      MvccStore store,
      StoreReads reads,
      Headers headers,
      DiskHealth disk,
      BooleanSupplier isLearner,
      SnapshotCalls snapshots) {
    this.node = node;
    this.isLearner = isLearner;
    this.snapshots = snapshots;
    this.disk = disk;
    this.store = store;
    this.reads = reads;
    this.headers = headers;
  }

  /** Answers from this member alone: it must work when nothing else does. */
  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
    RaftStatus raft = node.status();
    StatusResponse.Builder status =
        StatusResponse.newBuilder()
            .setHeader(headers.at(store.currentRevision()))
            .setVersion(KelsonVersion.ETCD_API)
            .setStorageVersion(KelsonVersion.CLUSTER)
            .setDbSize(store.sizeBytes())
            .setDbSizeInUse(store.sizeInUseBytes())
            .setLeader(raft.leader())
            .setRaftIndex(raft.commitIndex())
            .setRaftAppliedIndex(raft.appliedIndex())
            .setRaftTerm(raft.term())
            .setIsLearner(isLearner.getAsBoolean());
    if (raft.leader() == 0) {
      status.addErrors(EtcdError.NO_LEADER.text());
    }
    if (disk.isFull()) {
      status.addErrors(disk.reason());
    }
    Reply.to(StatusResponse.class, observer).send(status.build());
  }

  /** A backup of this member's store; any member serves it. */
  @Override
  public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
    snapshots.serve(observer);
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
