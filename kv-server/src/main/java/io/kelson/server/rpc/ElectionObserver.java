package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.election.LeaderResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.auth.Caller;
import io.kelson.server.watch.WatchSink;
import io.kelson.server.watch.WatchStream;
import io.netty.util.concurrent.EventExecutor;

/**
 * Tells one client who leads an election, whenever that changes, until it leaves. Follows the key
 * of the leader; when that is deleted it looks who is the oldest now, or waits for the first to
 * come. Touched on the call's event loop only.
 */
final class ElectionObserver {
  private final RecipeParts parts;
  private final ByteString name;
  private final ServerCallStreamObserver<LeaderResponse> call;
  private final EventExecutor loop;
  private final Caller caller = AuthGuard.caller();
  private Watch current;
  private boolean ended;

  private ElectionObserver(
      RecipeParts parts,
      ByteString name,
      ServerCallStreamObserver<LeaderResponse> call,
      EventExecutor loop) {
    this.parts = parts;
    this.name = name;
    this.call = call;
    this.loop = loop;
  }

  /** For a call that has just come in. */
  static void open(
      RecipeParts parts, ByteString name, ServerCallStreamObserver<LeaderResponse> call) {
    ElectionObserver observer = new ElectionObserver(parts, name, call, CallLoop.current());
    call.setOnCancelHandler(observer::end);
    call.setOnReadyHandler(observer::ready);
    observer.look();
  }

  private void end() {
    ended = true;
    if (current != null) {
      current.stream.cancelled();
    }
  }

  private void ready() {
    if (current != null) {
      current.stream.onReady();
    }
  }

  private void look() {
    parts
        .begin(caller)
        .range(Recipe.byCreation(name))
        .whenComplete((found, problem) -> loop.execute(() -> looked(found, problem)));
  }

  private void looked(RangeResponse found, Throwable problem) {
    if (ended) {
      return;
    }
    if (problem != null) {
      fail(Recipe.unknown(problem));
      return;
    }
    long next = found.getHeader().getRevision() + 1;
    if (found.getKvsCount() == 0) {
      watch(
          WatchCreateRequest.newBuilder()
              .setKey(Recipe.prefix(name))
              .setRangeEnd(Recipe.byCreation(name).getRangeEnd())
              .setStartRevision(next)
              .addFilters(WatchCreateRequest.FilterType.NODELETE),
          true);
    } else {
      tell(found.getHeader(), found.getKvs(0));
      follow(found.getKvs(0).getKey(), next);
    }
  }

  private void follow(ByteString key, long fromRevision) {
    watch(WatchCreateRequest.newBuilder().setKey(key).setStartRevision(fromRevision), false);
  }

  private void watch(WatchCreateRequest.Builder create, boolean untilFirst) {
    if (current != null) {
      current.over = true;
      current.stream.cancelled();
    }
    current = new Watch(untilFirst);
    current.stream = parts.watches().open(current, loop, parts.guard().watches(caller), false);
    current.stream.request(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  private void tell(ResponseHeader header, KeyValue leader) {
    call.onNext(LeaderResponse.newBuilder().setHeader(header).setKv(leader).build());
  }

  private void fail(RuntimeException problem) {
    end();
    call.onError(problem);
  }

  /** Watches either one leader's key, or for the first to come. */
  private final class Watch implements WatchSink {
    private final boolean untilFirst;
    private WatchStream stream;
    private boolean over;

    Watch(boolean untilFirst) {
      this.untilFirst = untilFirst;
    }

    @Override
    public boolean isReady() {
      return call.isReady();
    }

    @Override
    public void send(WatchResponse response) {
      if (!over && response.getCanceled()) {
        over = true;
        look();
      }
      for (Event event : response.getEventsList()) {
        if (!over) {
          happened(event, response.getHeader());
        }
      }
    }

    private void happened(Event event, ResponseHeader header) {
      if (event.getType() == Event.EventType.DELETE) {
        over = true;
        look();
        return;
      }
      KeyValue leader = event.getKv();
      tell(header.toBuilder().setRevision(leader.getModRevision()).build(), leader);
      if (untilFirst) {
        over = true;
        follow(leader.getKey(), leader.getModRevision() + 1);
      }
    }

    @Override
    public void complete(Status status) {
      if (!over && !ended) {
        over = true;
        fail(Recipe.unknown(status.asRuntimeException()));
      }
    }

    @Override
    public void requestNext() {}
  }
}
