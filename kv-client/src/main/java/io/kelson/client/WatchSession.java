package io.kelson.client;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.WatchResponse;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One watch over as many streams as it takes, one after the other; each it may share with others
 * ({@link WatchStream}).
 *
 * <p>The state that carries over from stream to stream is {@code nextRevision}: everything before
 * it was delivered. On a new stream it starts there, so nothing is lost; a server never splits a
 * revision over messages unless asked to, so nothing comes twice. It moves with events, with the
 * acceptance of a watch that started "now", and with progress told to this very watcher. Progress
 * that was asked for (watch id -1) does not move it: etcd before 3.4.25 answered that before
 * earlier events had gone out.
 *
 * <p>Messages wait here while the listener is at work, up to {@link #MOST_WAITING_BYTES}. One that
 * does not fit is dropped with the seat on the stream; when what waits has been delivered the watch
 * is asked for again from {@code nextRevision}, as after a broken connection.
 *
 * <p>Threads: whatever happens is a step, and steps run one at a time, in order, on the callback
 * executor. Fields that only steps touch are not guarded.
 */
final class WatchSession implements Watcher {
  /** What gRPC would hold back for a stream of its own. One message may always wait. */
  static final int MOST_WAITING_BYTES = 1 << 20;

  /** What an event takes in memory beside its bytes on the wire, roughly. */
  private static final int EVENT_BYTES = 200;

  private record Step(Runnable work, long bytes) {}

  private final WatchStreams streams;
  private final WatchOptions options;
  private final WatchListener listener;
  private final Consumer<WatchSession> onEnd;
  private final CompletableFuture<Header> created = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  // Owned by the steps.
  private long nextRevision;
  private int failures;
  private boolean renewedToken;
  private String token;

  // Guarded by this, except that closing and over are read without.
  private final Queue<Step> steps = new ArrayDeque<>();
  private long waitingBytes;
  private WatchStream.Seat seat;
  private boolean asksProgress;
  private volatile boolean closing;
  private volatile boolean over;

  /** A thread runs steps or is about to; from the start it is the one that opens. */
  private boolean running = true;

  WatchSession(
      WatchStreams streams,
      WatchOptions options,
      WatchListener listener,
      Consumer<WatchSession> onEnd) {
    this.streams = streams;
    this.options = options;
    this.listener = listener;
    this.onEnd = onEnd;
    this.nextRevision = options.startRevision();
  }

  @Override
  public CompletableFuture<Header> created() {
    return created;
  }

  @Override
  public CompletableFuture<Void> closed() {
    return closed;
  }

  @Override
  public void requestProgress() {
    WatchStream.Seat asked;
    synchronized (this) {
      asksProgress = true;
      asked = seat;
    }
    if (asked != null) {
      asked.requestProgress();
    }
  }

  @Override
  public void close() {
    WatchStream.Seat left;
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      left = seat;
      seat = null;
    }
    if (left != null) {
      left.leave();
    }
    post(() -> end(null), 0);
  }

  /** To be called once, first. */
  void open() {
    try {
      join();
    } finally {
      boolean more;
      synchronized (this) {
        more = !steps.isEmpty();
        running = more;
      }
      if (more) {
        runSteps();
      }
    }
  }

  /**
   * Takes a message of the stream, to be delivered in its turn.
   *
   * @return false, and it was not taken, when too much waits already
   */
  boolean offer(WatchResponse response) {
    long bytes = 0;
    if (!response.getCreated() && !response.getCanceled()) {
      bytes = response.getSerializedSize() + (long) EVENT_BYTES * response.getEventsCount();
      synchronized (this) {
        if (waitingBytes != 0 && waitingBytes + bytes > MOST_WAITING_BYTES && !closing) {
          return false;
        }
      }
    }
    post(() -> receive(response), bytes);
    return true;
  }

  /**
   * A message could not be taken and the seat is lost: another once all that waits is delivered.
   */
  void fellBehind() {
    post(this::reopen, 0);
  }

  /** The stream is gone. */
  void interrupted(Status status) {
    post(() -> resumeAfter(status), 0);
  }

  private void post(Runnable work, long bytes) {
    synchronized (this) {
      if (over) {
        return;
      }
      steps.add(new Step(work, bytes));
      waitingBytes += bytes;
      if (running) {
        return;
      }
      running = true;
    }
    runSteps();
  }

  private void runSteps() {
    try {
      streams.callbacks().execute(this::drain);
    } catch (RejectedExecutionException e) {
      // The client is closed and its threads are gone; the listener is to hear of it all the same.
      drain();
    }
  }

  private void drain() {
    for (Step step = next(null); step != null; step = next(step)) {
      try {
        step.work().run();
      } catch (RuntimeException | Error e) {
        if (over) {
          throw e;
        }
        end(new EtcdException(ErrorCode.CANCELLED, "the listener failed: " + e, e));
      }
    }
  }

  /** The bytes of a step count until it is done. */
  private synchronized Step next(Step done) {
    if (done != null) {
      waitingBytes -= done.bytes();
    }
    Step step = steps.poll();
    running = step != null;
    return step;
  }

  private void join() {
    String current = streams.tokens().current();
    if (current == null) {
      joinWithNew(null);
    } else {
      join(current);
    }
  }

  private void joinWithNew(String stale) {
    streams
        .tokens()
        .renew(stale)
        .whenComplete(
            (renewed, failure) ->
                post(() -> tookToken(failure == null ? null : Errors.of(failure)), 0));
  }

  private void tookToken(EtcdException failure) {
    if (failure == null) {
      reopen();
    } else if (mayPass(failure.code())) {
      reopenLater(failure);
    } else {
      end(failure);
    }
  }

  private void join(String current) {
    if (closing) {
      return;
    }
    token = current;
    WatchStream.Seat taken = streams.join(this, current, options, nextRevision);
    boolean late;
    boolean ask;
    synchronized (this) {
      late = closing;
      ask = asksProgress;
      seat = late ? null : taken;
    }
    if (late) {
      taken.leave();
    } else if (ask) {
      taken.requestProgress();
    }
  }

  private void receive(WatchResponse response) {
    if (closing) {
      return;
    }
    if (response.getCanceled()) {
      cancelled(response);
    } else if (response.getCreated()) {
      accept(response);
    } else if (response.getEventsCount() > 0) {
      WatchBatch batch = Wire.events(response);
      listener.onEvents(batch);
      KeyValue last = batch.events().get(batch.events().size() - 1).kv();
      nextRevision = Math.max(nextRevision, last.modRevision() + 1);
    } else if (response.getWatchId() == WatchStream.NO_WATCH_ID) {
      synchronized (this) {
        asksProgress = false;
      }
      listener.onProgress(Wire.header(response.getHeader()));
    } else {
      listener.onProgress(Wire.header(response.getHeader()));
      nextRevision = Math.max(nextRevision, response.getHeader().getRevision() + 1);
    }
  }

  private void accept(WatchResponse response) {
    failures = 0;
    renewedToken = false;
    if (nextRevision == 0) {
      nextRevision = response.getHeader().getRevision() + 1;
    }
    Header header = Wire.header(response.getHeader());
    if (!created.isDone()) {
      listener.onCreated(header);
      created.complete(header);
    }
  }

  private void cancelled(WatchResponse response) {
    EtcdException verdict = cancellation(response);
    if (wantsToken(verdict.text())) {
      renewedToken = true;
      joinWithNew(token);
    } else {
      end(verdict);
    }
  }

  private static EtcdException cancellation(WatchResponse response) {
    Header header = Wire.header(response.getHeader());
    boolean compacted = EtcdError.COMPACTED.text().equals(response.getCancelReason());
    if (response.getCompactRevision() != 0 || compacted) {
      return new CompactedException(
          EtcdError.COMPACTED.text(), response.getCompactRevision(), header, null);
    }
    String reason = response.getCancelReason();
    return new WatchCanceledException(
        reason.isEmpty() ? EtcdError.WATCH_CANCELED.text() : reason, header);
  }

  private void resumeAfter(Status status) {
    if (closing) {
      return;
    }
    if (wantsToken(status.getDescription())) {
      renewedToken = true;
      joinWithNew(token);
    } else if (endsIt(status)) {
      end(Errors.of(status));
    } else {
      reopenLater(Errors.of(status));
    }
  }

  /** Once for each acceptance: a server that refuses the new token as well means it. */
  private boolean wantsToken(String text) {
    return !renewedToken && streams.tokens().renewsAfter(text);
  }

  private void reopenLater(EtcdException cause) {
    failures++;
    if (failures == 1) {
      listener.onInterrupted(cause);
    }
    long waitMillis = streams.backoff().beforeAttemptMillis(failures, streams.endpoints().size());
    try {
      streams.timer().schedule(() -> post(this::reopen, 0), waitMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      end(null);
    }
  }

  private void reopen() {
    try {
      join();
    } catch (IllegalStateException e) {
      // The client is closed.
      end(null);
    }
  }

  /** {@code verdict} counts only when nobody closed it on this side. */
  private void end(EtcdException verdict) {
    EtcdException cause;
    WatchStream.Seat left;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      cause = closing ? null : verdict;
      left = seat;
      seat = null;
      steps.clear();
    }
    if (left != null) {
      left.leave();
    }
    onEnd.accept(this);
    EtcdException unaccepted =
        cause != null
            ? cause
            : new EtcdException(ErrorCode.CANCELLED, "the watch was closed", null);
    created.completeExceptionally(unaccepted);
    try {
      listener.onClosed(cause);
    } finally {
      if (cause == null) {
        closed.complete(null);
      } else {
        closed.completeExceptionally(cause);
      }
    }
  }

  /** Whether no server has said no: nobody could be asked for a token. */
  private static boolean mayPass(ErrorCode code) {
    return code == ErrorCode.DEADLINE_EXCEEDED || code == ErrorCode.UNAVAILABLE;
  }

  /** Refusals that another endpoint or another moment would repeat. */
  static boolean endsIt(Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          UNIMPLEMENTED,
          OUT_OF_RANGE,
          RESOURCE_EXHAUSTED ->
          true;
      default -> false;
    };
  }
}
