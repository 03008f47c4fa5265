package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.DeleteRangeResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.watch.WatchSink;
import io.kelson.server.watch.WatchStream;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One run of a recipe for a lock or an election, on behalf of one call: etcd's own client recipes,
 * carried out in the server.
 *
 * <p>Whoever wants something puts a key of their own below a common prefix, bound to their lease,
 * and waits until every older one is gone. Each waits for the one just before it, so that an end
 * wakes one and not all. Steps fail with a {@link io.grpc.StatusRuntimeException}; nothing blocks.
 */
final class Recipe {
  /** Of a lease for a caller who brings none; nobody renews it. As etcd. */
  private static final long OWN_LEASE_TTL_SECONDS = 60;

  private static final ByteString SEPARATOR = ByteString.copyFromUtf8("/");
  private static final ByteString AFTER_SEPARATOR = ByteString.copyFromUtf8("0");

  private final RecipeParts parts;
  private final EventExecutor loop;
  private final Caller caller;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  Recipe(RecipeParts parts, EventExecutor loop, Caller caller) {
    this.caller = caller;
    this.parts = parts;
    this.loop = loop;
  }

  /** The caller has left: nobody waits any more. */
  void end() {
    ended.complete(null);
  }

  /** Below what the keys for a name stand. */
  static ByteString prefix(ByteString name) {
    return name.concat(SEPARATOR);
  }

  /** The key of whoever holds that lease. */
  static ByteString ownKey(ByteString name, long lease) {
    return prefix(name).concat(ByteString.copyFromUtf8(Long.toString(lease, 16)));
  }

  /** Everything for a name, the oldest first; the caller may say how many. */
  static RangeRequest.Builder byCreation(ByteString name) {
    return RangeRequest.newBuilder()
        .setKey(prefix(name))
        .setRangeEnd(name.concat(AFTER_SEPARATOR))
        .setSortTarget(RangeRequest.SortTarget.CREATE)
        .setSortOrder(RangeRequest.SortOrder.ASCEND)
        .setLimit(1);
  }

  static RangeRequest.Builder get(ByteString key) {
    return RangeRequest.newBuilder().setKey(key);
  }

  static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  static RequestOp putOp(ByteString key, ByteString value, long lease) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
        .build();
  }

  static RequestOp deleteOp(ByteString key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
        .build();
  }

  /** A transaction for a key as it was created at a revision; 0: for one that does not exist. */
  static TxnRequest.Builder ifCreatedAt(ByteString key, long revision) {
    return TxnRequest.newBuilder()
        .addCompare(
            Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision));
  }

  /** That lease, or a new one if it is 0. */
  CompletableFuture<Long> lease(long given) {
    if (given != 0) {
      return CompletableFuture.completedFuture(given);
    }
    long ttl = Math.max(OWN_LEASE_TTL_SECONDS, parts.minLeaseTtlSeconds());
    LeaseGrantRequest grant =
        LeaseGrantRequest.newBuilder()
            .setID(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE))
            .setTTL(ttl)
            .build();
    return propose(InternalRequest.newBuilder().setLeaseGrant(grant), LeaseGrantResponse.class)
        .thenApply(LeaseGrantResponse::getID);
  }

  CompletableFuture<TxnResponse> txn(TxnRequest.Builder request) {
    return propose(InternalRequest.newBuilder().setTxn(request), TxnResponse.class);
  }

  CompletableFuture<DeleteRangeResponse> delete(ByteString key) {
    if (key.isEmpty()) {
      return CompletableFuture.failedFuture(EtcdError.EMPTY_KEY.asException());
    }
    return propose(
        InternalRequest.newBuilder().setDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)),
        DeleteRangeResponse.class);
  }

  private <T extends MessageLite> CompletableFuture<T> propose(
      InternalRequest.Builder request, Class<T> type) {
    EtcdError refused = parts.guard().sign(request, caller);
    if (refused != null) {
      return CompletableFuture.failedFuture(refused.asException());
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    parts
        .proposals()
        .submit(
            request,
            loop,
            new Outcome() {
              @Override
              public void succeeded(MessageLite response) {
                done.complete(type.cast(response));
              }

              @Override
              public void failed(EtcdError error) {
                done.completeExceptionally(error.asException());
              }
            });
    return done;
  }

  /** A linearizable read. */
  CompletableFuture<RangeResponse> range(RangeRequest.Builder request) {
    CompletableFuture<RangeResponse> done = new CompletableFuture<>();
    parts
        .reads()
        .submit(
            loop,
            new LinearizableReads.Read() {
              @Override
              public void ready() {
                readInPool(request.build(), done);
              }

              @Override
              public void failed(EtcdError error) {
                done.completeExceptionally(error.asException());
              }
            });
    return done;
  }

  private void readInPool(RangeRequest request, CompletableFuture<RangeResponse> done) {
    try {
      parts.pool().execute(() -> done.completeAsync(() -> read(request), Runnable::run));
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(EtcdError.TOO_MANY_REQUESTS.asException());
    }
  }

  private RangeResponse read(RangeRequest request) {
    try (StoreView view = parts.guard().acquire(new Read(request, caller))) {
      RangeResult found = view.range(request);
      return RangeResponse.newBuilder()
          .setHeader(parts.headers().at(view.revision()))
          .addAllKvs(found.kvs())
          .build();
    } catch (AuthException e) {
      throw e.error().asException();
    }
  }

  private record Read(RangeRequest request, Caller caller) implements Guarded {
    @Override
    public void requireAllowed(AuthState state, Identity who, StoreView view) {
      state.requireRead(who, request.getKey(), request.getRangeEnd());
    }
  }

  /** Waits until nothing for that name is left that was created at the revision or before. */
  CompletableFuture<Void> olderGone(ByteString name, long maxCreateRevision) {
    RangeRequest.Builder newest =
        byCreation(name)
            .setSortOrder(RangeRequest.SortOrder.DESCEND)
            .setMaxCreateRevision(maxCreateRevision);
    return range(newest)
        .thenCompose(
            found ->
                found.getKvsCount() == 0
                    ? CompletableFuture.completedFuture(null)
                    : deleted(found.getKvs(0).getKey(), found.getHeader().getRevision() + 1)
                        .thenCompose(gone -> olderGone(name, maxCreateRevision)));
  }

  /** Waits for a deletion from that revision on; may be done early, so look again. */
  private CompletableFuture<Void> deleted(ByteString key, long fromRevision) {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    WatchStream stream =
        parts.watches().open(new DeleteSink(gone), loop, parts.guard().watches(caller), false);
    stream.request(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(key)
                    .setStartRevision(fromRevision)
                    .addFilters(WatchCreateRequest.FilterType.NOPUT))
            .build());
    gone.whenComplete((nothing, problem) -> stream.cancelled());
    ended.thenRun(() -> gone.completeExceptionally(EtcdError.REQUEST_CANCELED.asException()));
    return gone;
  }

  /** Waits for the first deletion. */
  private record DeleteSink(CompletableFuture<Void> gone) implements WatchSink {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(WatchResponse response) {
      boolean deleted =
          response.getEventsList().stream()
              .anyMatch(event -> event.getType() == Event.EventType.DELETE);
      if (deleted || response.getCanceled()) {
        gone.complete(null);
      }
    }

    @Override
    public void complete(Status status) {
      gone.completeExceptionally(status.asRuntimeException());
    }

    @Override
    public void requestNext() {}
  }

  /** Answers the call with what a recipe came to. As in etcd, every error has the code UNKNOWN. */
  static <T extends MessageLite> void answer(
      Reply<T> reply, CompletableFuture<? extends T> outcome) {
    outcome.whenComplete(
        (response, problem) -> {
          if (problem == null) {
            reply.send(response);
          } else {
            reply.passOn(unknown(problem));
          }
        });
  }

  static RuntimeException unknown(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    String text = Status.fromThrowable(cause).getDescription();
    return failure(text == null ? "kelson: " + cause : text);
  }

  static RuntimeException failure(String text) {
    return Status.UNKNOWN.withDescription(text).asRuntimeException();
  }
}
