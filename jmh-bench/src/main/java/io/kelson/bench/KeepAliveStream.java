package io.kelson.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One stream of keepalives: some leases in turn, with a bounded number of keepalives unanswered.
 * Everything but {@link #finished()} belongs to its event loop.
 */
final class KeepAliveStream extends ClientCall.Listener<LeaseKeepAliveResponse> {
  private final EventLoop loop;
  private final ManagedChannel channel;
  private final long[] leases;
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final long[] sentNanos;
  private final long[] answeredNanos;
  private ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
  private Phase phase;
  private Tally tally = new Tally(0);
  private CompletableFuture<Tally> done = new CompletableFuture<>();
  private int turn;
  private long issued;
  private int inFlight;
  private boolean closed;
  private final AtomicLong finished = new AtomicLong();

  KeepAliveStream(EventLoop loop, ManagedChannel channel, long[] leases) {
    this.loop = loop;
    this.channel = channel;
    this.leases = leases.clone();
    this.sentNanos = new long[leases.length];
    this.answeredNanos = new long[leases.length];
    for (int i = 0; i < leases.length; i++) {
      numbers.put(leases[i], i);
    }
  }

  /** Runs one phase, whose clients are the keepalives that may be unanswered. */
  CompletableFuture<Tally> run(Phase next) {
    CompletableFuture<Tally> result = new CompletableFuture<>();
    loop.execute(() -> begin(next, result));
    return result;
  }

  /** How many keepalives were answered since the stream was opened. */
  long finished() {
    return finished.get();
  }

  /** When the lease of that place was last asked for, once a phase is over. */
  long sentNanos(int lease) {
    return sentNanos[lease];
  }

  /** When it was last answered. */
  long answeredNanos(int lease) {
    return answeredNanos[lease];
  }

  private void begin(Phase next, CompletableFuture<Tally> result) {
    phase = next;
    tally = new Tally(next.startNanos());
    done = result;
    issued = 0;
    if (call == null) {
      call = channel.newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(leases.length + 1);
    }
    int atOnce = Math.min(phase.clients(), leases.length);
    for (int i = 0; i < atOnce; i++) {
      maybeSend(phase.startNanos());
    }
    maybeEnd();
  }

  private void maybeSend(long nowNanos) {
    if (closed || issued >= phase.maxOperations() || nowNanos - phase.endNanos() >= 0) {
      return;
    }
    issued++;
    inFlight++;
    sentNanos[turn] = System.nanoTime();
    call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(leases[turn]).build());
    turn = (turn + 1) % leases.length;
  }

  @Override
  public void onMessage(LeaseKeepAliveResponse reply) {
    long nowNanos = System.nanoTime();
    inFlight--;
    Integer number = numbers.get(reply.getID());
    if (number == null) {
      tally.failed("driver: a lease was answered that was not asked for", nowNanos);
    } else if (reply.getTTL() <= 0) {
      tally.failed("driver: a lease was gone", nowNanos);
    } else {
      answeredNanos[number] = nowNanos;
      tally.succeeded(sentNanos[number], nowNanos);
    }
    finished.lazySet(finished.get() + 1);
    call.request(1);
    maybeSend(nowNanos);
    maybeEnd();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    loop.execute(
        () -> {
          closed = true;
          inFlight = 0;
          tally.failed(
              "keepalive " + status.getCode() + ": " + status.getDescription(), System.nanoTime());
          maybeEnd();
        });
  }

  private void maybeEnd() {
    if (inFlight == 0) {
      done.complete(tally);
    }
  }
}
