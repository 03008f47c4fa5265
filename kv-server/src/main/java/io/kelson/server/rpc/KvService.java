package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.stub.StreamObserver;
import io.kelson.api.CompactionRequest;
import io.kelson.api.CompactionResponse;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.apply.Permissions;
import io.kelson.server.apply.ReadOnlyTxn;
import io.kelson.server.apply.RequestChecks;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import java.util.concurrent.CompletionStage;

/**
 * etcdserverpb.KV but for its reads, which {@link RangeCalls} and {@link RangeStreams} answer: Put,
 * DeleteRange, Txn and Compact.
 */
final class KvService extends KVGrpc.KVImplBase {
  private final Proposals proposals;
  private final StoreReads reads;
  private final Headers headers;
  private final int maxTxnOps;
  private final Removals removals;
  private final AuthGuard guard;

  KvService(
      Proposals proposals,
      StoreReads reads,
      Headers headers,
      int maxTxnOps,
      Removals removals,
      AuthGuard guard) {
    this.guard = guard;
    this.removals = removals;
    this.proposals = proposals;
    this.reads = reads;
    this.headers = headers;
    this.maxTxnOps = maxTxnOps;
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    put(request, Reply.to(PutResponse.class, observer));
  }

  /** Put. */
  void put(PutRequest request, Reply<?> reply) {
    EtcdError error = RequestChecks.check(request);
    propose(error, InternalRequest.newBuilder().setPut(request), reply);
  }

  @Override
  public void deleteRange(
      DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
    deleteRange(request, Reply.to(DeleteRangeResponse.class, observer));
  }

  /** DeleteRange. */
  void deleteRange(DeleteRangeRequest request, Reply<?> reply) {
    EtcdError error = RequestChecks.check(request);
    propose(error, InternalRequest.newBuilder().setDeleteRange(request), reply);
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
    txn(request, Reply.to(TxnResponse.class, observer));
  }

  /** Txn. */
  void txn(TxnRequest request, Reply<?> reply) {
    EtcdError error = RequestChecks.check(request, maxTxnOps);
    if (error == null && RequestChecks.isReadOnly(request)) {
      reads.answerWhole(
          RequestChecks.isSerializable(request),
          StoreReads.slow(
              AuthGuard.caller(),
              (state, who, view) -> Permissions.requireReadOnly(request, state, who),
              view -> evaluate(request, view)),
          reply);
    } else {
      propose(error, InternalRequest.newBuilder().setTxn(request), reply);
    }
  }

  private TxnResponse evaluate(TxnRequest request, StoreView view) {
    return ReadOnlyTxn.evaluate(request, view).toBuilder()
        .setHeader(headers.at(view.revision()))
        .build();
  }

  private void propose(EtcdError error, InternalRequest.Builder request, Reply<?> reply) {
    propose(error, request, reply, reply);
  }

  private void propose(
      EtcdError invalid, InternalRequest.Builder request, Outcome outcome, Reply<?> reply) {
    EtcdError error = invalid != null ? invalid : guard.sign(request);
    if (error != null) {
      reply.failed(error);
    } else {
      reply.waitsFor(proposals.submit(request, CallLoop.current(), outcome));
    }
  }

  /** A client's wish to have the removal done when it is answered: here, on this member. */
  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
    Reply<CompactionResponse> reply = Reply.to(CompactionResponse.class, observer);
    Outcome outcome =
        request.getPhysical() ? new WhenRemoved(request.getRevision(), removals, reply) : reply;
    propose(null, InternalRequest.newBuilder().setCompaction(request), outcome, reply);
  }

  private record WhenRemoved(long revision, Removals removals, Reply<CompactionResponse> reply)
      implements Outcome {
    @Override
    public void succeeded(MessageLite response) {
      removals
          .removed(revision)
          .whenComplete(
              (removed, stopped) -> {
                if (stopped == null) {
                  reply.succeeded(response);
                } else {
                  reply.failed(EtcdError.STOPPED);
                }
              });
    }

    @Override
    public void failed(EtcdError error) {
      reply.failed(error);
    }
  }

  /** Knows when compacted history is gone from this member's disk. */
  @FunctionalInterface
  interface Removals {
    /** Completed when nothing from before that revision is left; cancelled if that will not be. */
    CompletionStage<Void> removed(long compactRevision);
  }
}
