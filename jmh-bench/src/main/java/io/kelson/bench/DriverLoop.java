package io.kelson.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One driver thread: an event loop with its share of connections and clients.
 *
 * <p>The driver shares the machine with the servers, so it does without anything it can: a reply is
 * handled, counted and followed by the next request on the thread that read it from the socket.
 * Everything but {@link #finished()} and {@link #failed()} belongs to that thread; callbacks that
 * gRPC makes elsewhere (a connection that cannot be made) are brought back to it.
 *
 * <p>In a closed loop each client has one operation in flight, and its latency counts from when it
 * was sent. In an open loop operations arrive at random times that do not depend on the answers
 * (exponential gaps), and latency counts from the scheduled time: a server that stalls is charged
 * for everybody who came meanwhile.
 */
final class DriverLoop implements AutoCloseable {
  /** After an error a closed-loop client waits; else a dead server would be asked without pause. */
  private static final long PAUSE_AFTER_ERROR_MILLIS = 10;

  private final Script script;
  private final SplittableRandom random;
  private final Wire wire;
  private final EventLoop loop;
  private final AtomicLong finished = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final ArrayDeque<Operation> idle = new ArrayDeque<>();

  private Phase phase;
  private Tally tally;
  private CompletableFuture<Tally> done;
  private long issued;
  private int inFlight;
  private int nextChannel;

  /** Clients that may still issue, or the pacer: while there is one the phase goes on. */
  private int sources;

  private long phaseStartNanos;

  /** The next arrival, counted from the phase's start: a sum of gaps too small to be rounded. */
  private double nextGapsNanos;

  private volatile boolean aborted;

  DriverLoop(Script script, SplittableRandom random, ThreadFactory threads) {
    this.script = script;
    this.random = random;
    this.wire = new Wire(threads);
    this.loop = wire.loop();
  }

  /** Adds a connection; before the first phase. */
  ManagedChannel connect(String endpoint) {
    return wire.connect(endpoint);
  }

  /** Runs one phase; its tally comes when every operation of it has ended. */
  CompletableFuture<Tally> run(Phase next) {
    CompletableFuture<Tally> result = new CompletableFuture<>();
    loop.execute(() -> begin(next, result));
    return result;
  }

  /** Operations that succeeded in the current phase, for the progress line. Any thread. */
  long finished() {
    return finished.get();
  }

  /** Operations that failed in the current phase. Any thread. */
  long failed() {
    return failed.get();
  }

  /** Ends what is in flight with errors. */
  void abort() {
    aborted = true;
    wire.abort();
  }

  @Override
  public void close() {
    wire.close();
  }

  private void begin(Phase next, CompletableFuture<Tally> result) {
    phase = next;
    done = result;
    tally = Tally.sliced(next.startNanos());
    issued = 0;
    finished.lazySet(0);
    failed.lazySet(0);
    long nowNanos = System.nanoTime();
    if (next.ratePerSecond() > 0) {
      sources = 1;
      phaseStartNanos = nowNanos;
      nextGapsNanos = 0;
      pace();
    } else {
      sources = next.clients();
      for (int i = 0; i < next.clients(); i++) {
        issueOrRetire(new Operation(), nowNanos);
      }
      maybeEnd();
    }
  }

  private boolean mayIssue(long nowNanos) {
    return !aborted
        && issued < phase.maxOperations()
        && nowNanos - phase.endNanos() < 0
        && !phase.over().getAsBoolean();
  }

  private void issueOrRetire(Operation operation, long nowNanos) {
    if (mayIssue(nowNanos)) {
      operation.start(nowNanos);
    } else {
      sources--;
    }
  }

  /** Sends everything that is due and comes back when the next arrival is. */
  private void pace() {
    long nowNanos = System.nanoTime();
    while (mayIssue(nextArrivalNanos()) && nextArrivalNanos() - nowNanos <= 0) {
      arrive(nextArrivalNanos(), nowNanos);
      nextGapsNanos += -Math.log1p(-random.nextDouble()) * 1e9 / phase.ratePerSecond();
    }
    if (mayIssue(nextArrivalNanos())) {
      loop.schedule(this::pace, nextArrivalNanos() - System.nanoTime(), TimeUnit.NANOSECONDS);
    } else {
      sources--;
      maybeEnd();
    }
  }

  private long nextArrivalNanos() {
    return phaseStartNanos + (long) nextGapsNanos;
  }

  private void arrive(long scheduledNanos, long nowNanos) {
    if (inFlight >= phase.maxInFlight()) {
      issued++;
      countFailure("driver: not sent, " + inFlight + " in flight already", nowNanos);
      return;
    }
    tally.sent(nowNanos - scheduledNanos);
    Operation operation = idle.poll();
    (operation == null ? new Operation() : operation).start(scheduledNanos);
  }

  private void countFailure(String text, long nowNanos) {
    tally.failed(text, nowNanos);
    failed.lazySet(failed.get() + 1);
  }

  /** A call was answered or failed: its operation goes on with another call, or has ended. */
  private <R> void answered(Operation operation, Exchange<?, R> exchange, Status status, R reply) {
    Outcome outcome = outcome(exchange, status, reply);
    if (!outcome.text().isEmpty() && outcome.kind() != Outcome.Kind.FLAWED) {
      tally.noted(outcome.text());
    }
    if (outcome.kind() == Outcome.Kind.GOES_ON) {
      send(operation, outcome.next());
    } else {
      ended(operation, outcome.kind() == Outcome.Kind.FLAWED ? outcome.text() : "");
    }
  }

  private static <R> Outcome outcome(Exchange<?, R> exchange, Status status, R reply) {
    if (!status.isOk()) {
      return Outcome.flawed(status.getCode() + ": " + status.getDescription());
    }
    return reply == null
        ? Outcome.flawed("driver: no reply and no error")
        : exchange.reading().apply(reply);
  }

  private void ended(Operation operation, String error) {
    long nowNanos = System.nanoTime();
    inFlight--;
    if (error.isEmpty()) {
      tally.succeeded(operation.startNanos, nowNanos);
      finished.lazySet(finished.get() + 1);
    } else {
      countFailure(error, nowNanos);
    }
    if (phase.ratePerSecond() > 0) {
      idle.push(operation);
    } else if (error.isEmpty() || !mayIssue(nowNanos)) {
      issueOrRetire(operation, nowNanos);
    } else {
      loop.schedule(
          () -> {
            issueOrRetire(operation, System.nanoTime());
            maybeEnd();
          },
          PAUSE_AFTER_ERROR_MILLIS,
          TimeUnit.MILLISECONDS);
    }
    maybeEnd();
  }

  private void maybeEnd() {
    if (sources == 0 && inFlight == 0 && done != null) {
      CompletableFuture<Tally> result = done;
      done = null;
      idle.clear();
      result.complete(tally);
    }
  }

  private <Q, R> void send(Operation operation, Exchange<Q, R> exchange) {
    ClientCall<Q, R> call = operation.channel.newCall(exchange.method(), CallOptions.DEFAULT);
    call.start(new Answer<>(operation, exchange), new Metadata());
    call.sendMessage(exchange.request());
    call.halfClose();
    // Two: the second tells gRPC at once of a server that sends more than one reply.
    call.request(2);
  }

  /** One operation in flight; a client uses the same object, and connection, again and again. */
  private final class Operation {
    private final ManagedChannel channel = wire.channel(nextChannel++);
    private long startNanos;

    void start(long countedFromNanos) {
      startNanos = countedFromNanos;
      issued++;
      inFlight++;
      send(this, script.begin(random));
    }
  }

  /** What comes back from one call. */
  private final class Answer<R> extends ClientCall.Listener<R> {
    private final Operation operation;
    private final Exchange<?, R> exchange;
    private R reply;

    Answer(Operation operation, Exchange<?, R> exchange) {
      this.operation = operation;
      this.exchange = exchange;
    }

    @Override
    public void onMessage(R message) {
      reply = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk() && loop.inEventLoop()) {
        answered(operation, exchange, status, reply);
      } else {
        // Never within send(): a call that fails at once would recurse.
        loop.execute(() -> answered(operation, exchange, status, reply));
      }
    }
  }
}
