package io.kelson.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One gRPC stream with many watches on it: sends what they ask and hands each what is its own.
 *
 * <p>Each watch proposes an id that no other had on this stream; a server that picks ids itself
 * (etcd before 3.4) is understood too, since acceptances come in the order of the requests.
 * Refusals carry no id and go by that order as well. An answer to a request for progress (id -1)
 * goes to every watch that ever asked here: servers leave requests unanswered while a watch is
 * behind, so answers cannot be counted off against requests.
 *
 * <p>The stream is always read. A watch that cannot take what comes loses its seat and is cancelled
 * at the server, so that it holds up no other; it asks for a new one once it has caught up.
 *
 * <p>The stream asks the server to cut it when it has no leader ({@code hasleader}), so that
 * watches on a member cut off from the others move to one that hears of changes.
 *
 * <p>Thread-safe. No lock is held while a session or the call is called: with an executor that runs
 * callbacks at once, both may come back here.
 */
final class WatchStream extends ClientCall.Listener<WatchResponse> {
  /** What stands for no watch, and in progress for all of them. */
  static final long NO_WATCH_ID = -1;

  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final WatchRequest PROGRESS =
      WatchRequest.newBuilder()
          .setProgressRequest(WatchProgressRequest.getDefaultInstance())
          .build();

  private final WatchStreams owner;
  private final Endpoint endpoint;
  private final String token;
  private final ClientCall<WatchRequest, WatchResponse> call;

  // Guarded by this.
  private final Map<Long, Seat> accepted = new HashMap<>();

  /** Not answered yet, by the id proposed and in the order of the requests. */
  private final Map<Long, Seat> proposed = new LinkedHashMap<>();

  private long lastProposedId;
  private int seatsTaken;

  /** Takes no more watches; set under the monitor. */
  private volatile boolean over;

  private final Queue<WatchRequest> outbox = new ConcurrentLinkedQueue<>();

  /** Calls of {@link #flush} not answered yet; the one that finds it at zero does the work. */
  private final AtomicInteger flushes = new AtomicInteger();

  // Owned by the flush.
  private boolean started;
  private boolean cancelled;

  WatchStream(
      WatchStreams owner,
      Endpoint endpoint,
      String token,
      ClientCall<WatchRequest, WatchResponse> call) {
    this.owner = owner;
    this.endpoint = endpoint;
    this.token = token;
    this.call = call;
  }

  boolean isAt(Endpoint where, String withToken) {
    return endpoint == where && token.equals(withToken);
  }

  /** Asks for a watch; null when this stream takes no more. */
  Seat join(WatchSession session, WatchOptions options, long startRevision) {
    Seat seat;
    synchronized (this) {
      if (over) {
        return null;
      }
      seat = new Seat(session);
      seatsTaken++;
      long id = ++lastProposedId;
      proposed.put(id, seat);
      outbox.add(Wire.watchCreate(options, startRevision, id));
    }
    flush();
    return seat;
  }

  /** A watch's place on the stream. */
  final class Seat {
    private final WatchSession session;

    // Guarded by the stream.
    private long id = NO_WATCH_ID;
    private boolean left;
    private boolean asksProgress;

    private Seat(WatchSession session) {
      this.session = session;
    }

    /** Ends the watch at the server; nothing of it is handed on after what is under way. */
    void leave() {
      synchronized (WatchStream.this) {
        if (left || over) {
          return;
        }
        if (id != NO_WATCH_ID) {
          accepted.remove(id);
          outbox.add(cancel(id));
        }
        // One that is not answered yet is cancelled when it is: only then is its id certain.
        vacate(this);
      }
      afterVacating();
    }

    /** Asks how far the server got. */
    void requestProgress() {
      synchronized (WatchStream.this) {
        if (left || over) {
          return;
        }
        asksProgress = true;
        outbox.add(PROGRESS);
      }
      flush();
    }
  }

  private static WatchRequest cancel(long id) {
    return WatchRequest.newBuilder()
        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
        .build();
  }

  /** With the monitor held; {@link #afterVacating} must follow without it. */
  private void vacate(Seat seat) {
    seat.left = true;
    if (--seatsTaken == 0) {
      over = true;
    }
  }

  private void afterVacating() {
    if (over) {
      owner.forget(this);
    }
    flush();
  }

  /** Sends what waits, one caller at a time: a call is not thread-safe. */
  private void flush() {
    if (flushes.getAndIncrement() != 0) {
      return;
    }
    int answered = 1;
    while (answered != 0) {
      try {
        send();
      } catch (RejectedExecutionException e) {
        // The client is closed, and its event loops are gone.
        cancelled = true;
        end(Status.CANCELLED.withDescription("the client is closed").withCause(e));
      }
      answered = flushes.addAndGet(-answered);
    }
  }

  private void send() {
    if (cancelled) {
      outbox.clear();
      return;
    }
    if (!started) {
      started = true;
      Metadata headers = new Metadata();
      headers.put(HAS_LEADER, "true");
      Tokens.put(headers, token);
      call.start(this, headers);
      call.request(1);
    }
    if (over) {
      cancelled = true;
      call.cancel("no watch is left", null);
      return;
    }
    for (WatchRequest next = outbox.poll(); next != null; next = outbox.poll()) {
      call.sendMessage(next);
    }
  }

  @Override
  public void onMessage(WatchResponse response) {
    if (isAskedForProgress(response)) {
      askers().forEach(seat -> hand(seat, response));
    } else {
      Seat seat = addressee(response);
      if (seat != null) {
        hand(seat, response);
      }
      if (response.getCanceled() || response.getCreated()) {
        afterVacating();
      }
    }
    if (!over) {
      requestNext();
    }
  }

  private void requestNext() {
    try {
      call.request(1);
    } catch (RejectedExecutionException e) {
      end(Status.CANCELLED.withDescription("the client is closed").withCause(e));
    }
  }

  private static boolean isAskedForProgress(WatchResponse response) {
    return response.getWatchId() == NO_WATCH_ID
        && !response.getCreated()
        && !response.getCanceled()
        && response.getEventsCount() == 0;
  }

  private synchronized List<Seat> askers() {
    return accepted.values().stream().filter(seat -> seat.asksProgress).toList();
  }

  /** Whose the response is; null for one that nobody waits for any more. */
  private synchronized Seat addressee(WatchResponse response) {
    long id = response.getWatchId();
    if (response.getCreated()) {
      return answered(response);
    }
    if (!response.getCanceled()) {
      return accepted.get(id);
    }
    Seat seat = accepted.remove(id);
    if (seat != null) {
      vacate(seat);
      // etcd keeps one that it ended over a compaction, and reports no progress until it is gone.
      outbox.add(cancel(id));
      return seat;
    }
    return id == NO_WATCH_ID || proposed.containsKey(id) ? answered(response) : null;
  }

  private Seat answered(WatchResponse response) {
    long id = response.getWatchId();
    Seat seat = proposed.remove(id);
    if (seat == null) {
      Iterator<Seat> oldest = proposed.values().iterator();
      if (!oldest.hasNext()) {
        return null;
      }
      seat = oldest.next();
      oldest.remove();
    }
    if (response.getCanceled()) {
      if (seat.left) {
        return null;
      }
      vacate(seat);
      return seat;
    }
    endpoint.noteSuccess();
    if (seat.left) {
      outbox.add(cancel(id));
      return null;
    }
    seat.id = id;
    accepted.put(id, seat);
    return seat;
  }

  private void hand(Seat seat, WatchResponse response) {
    if (!seat.session.offer(response)) {
      seat.leave();
      seat.session.fellBehind();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end(status);
  }

  private void end(Status status) {
    List<Seat> interrupted = new ArrayList<>();
    synchronized (this) {
      over = true;
      interrupted.addAll(accepted.values());
      proposed.values().stream().filter(seat -> !seat.left).forEach(interrupted::add);
      interrupted.forEach(seat -> seat.left = true);
      accepted.clear();
      proposed.clear();
      outbox.clear();
    }
    owner.forget(this);
    if (interrupted.isEmpty()) {
      return;
    }
    // Here and not in each session: a slow one comes to it when the endpoint is well again.
    if (!owner.tokens().renewsAfter(status.getDescription()) && !WatchSession.endsIt(status)) {
      owner.endpoints().moveOnFrom(endpoint);
    }
    interrupted.forEach(seat -> seat.session.interrupted(status));
  }
}
