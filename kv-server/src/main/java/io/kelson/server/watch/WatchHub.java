package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.EventListener;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.Watcher.State;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Tells every watcher of every change of its keys: in order, once, whole revisions, none missing.
 *
 * <p>A watcher is <em>synced</em> when everything up to {@code published}, the last revision the
 * apply thread handed over, is in its stream's queue; it then gets each new revision directly. Else
 * it is behind, and {@link CatchUp} reads history for it. It falls behind when it starts in the
 * past, when its stream's queue is full (the client does not read), or when the store jumped.
 * Memory per stream is therefore bounded, and a slow client costs history reads instead of memory
 * or events.
 *
 * <p>Invariants, all under {@code lock}:
 *
 * <ol>
 *   <li>a watcher that is not gone is in {@code index} and in its stream's map;
 *   <li>for a synced watcher, its events in [start, published] are all queued or sent, and nothing
 *       below {@code next} is queued again;
 *   <li>for any other, its events in [start, next) are all queued or sent, and none from {@code
 *       next} on.
 * </ol>
 *
 * <p>Thread-safe. The lock is held for matching and queueing only, never while something is read,
 * sent or waited for, which is what lets the apply thread take it. Streams are woken and rounds
 * submitted after it is released. Lock order: this lock, then a stream's queue.
 */
public final class WatchHub implements EventListener, AutoCloseable {
  private static final long NO_WATCH_ID = -1;

  private final EventHistory history;
  private final WatchOptions options;
  private final LongFunction<ResponseHeader> headers;
  private final WatchTimer timer;
  private final RandomGenerator random;
  private final CatchUp catchUp;

  private final ReentrantLock lock = new ReentrantLock();
  // All below are guarded by the lock.
  private final WatcherIndex index = new WatcherIndex();
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private final ArrayList<Watcher> matched = new ArrayList<>();
  private final ArrayList<Watcher> touched = new ArrayList<>();
  private ArrayList<WatchStream> woken = new ArrayList<>();
  private long published;
  private int catchingUp;
  private long liveEvents;
  private long pastEvents;
  private boolean closed;

  /**
   * Makes a hub that continues from {@code history}'s current revision; register it with the store
   * before anything more is applied.
   *
   * @param history the past; its {@code currentRevision} must be cheap, it is asked on event loops
   * @param headers makes a response header with the given revision, the member's and cluster's ids
   *     and its current term; any thread
   * @param catchUpExecutor runs reads of history, one at a time; may block, so no event loop
   * @param timer for progress reports
   * @param random spreads the progress reports of different streams
   */
  public WatchHub(
      EventHistory history,
      WatchOptions options,
      LongFunction<ResponseHeader> headers,
      Executor catchUpExecutor,
      WatchTimer timer,
      RandomGenerator random) {
    this.history = Objects.requireNonNull(history);
    this.options = Objects.requireNonNull(options);
    this.headers = Objects.requireNonNull(headers);
    this.timer = Objects.requireNonNull(timer);
    this.random = Objects.requireNonNull(random);
    this.catchUp =
        new CatchUp(
            this, history, options, Objects.requireNonNull(catchUpExecutor), lock.newCondition());
    this.published = history.currentRevision();
  }

  /**
   * Opens a stream; ends it at once with "server stopped" if the hub is closed.
   *
   * @param executor where the stream's responses are sent from, best the event loop of its
   *     connection; one task at a time
   * @param requiresLeader whether {@link #closeStreamsRequiringLeader} ends it
   */
  public WatchStream open(
      WatchSink sink, Executor executor, WatchAuthorizer authorizer, boolean requiresLeader) {
    WatchStream stream = new WatchStream(this, sink, executor, authorizer, requiresLeader);
    locked(
        () -> {
          streams.add(stream);
          if (closed) {
            endLocked(stream, EtcdError.STOPPED.status());
          }
        });
    return stream;
  }

  /**
   * Passes applied revisions to the synced watchers of their keys.
   *
   * <p>Revisions already seen are skipped, and a jump sends everybody to history for what is
   * missing, so that a replayed log or an installed snapshot does no harm.
   */
  @Override
  public void applied(List<RevisionEvents> revisions) {
    lock.lock();
    try {
      for (RevisionEvents revision : revisions) {
        if (revision.revision() > published) {
          jumpTo(revision.revision() - 1);
          publish(revision);
          published = revision.revision();
        }
      }
    } finally {
      unlockAndWake();
    }
  }

  /**
   * Tells the hub that the store moved to a later revision without {@link #applied}: a snapshot was
   * installed. Watchers read what they missed from the new history.
   */
  @Override
  public void historyReplaced() {
    locked(() -> jumpTo(history.currentRevision()));
  }

  /** Ends the streams that asked for a leader, with "no leader". */
  public void closeStreamsRequiringLeader() {
    endStreams(WatchStream::requiresLeader, EtcdError.NO_LEADER.status());
  }

  /**
   * Ends all streams, and those opened later, with "server stopped". When it returns, history is
   * not read any more and may be closed; the caller stops the executors handed in after that.
   */
  @Override
  public void close() {
    locked(() -> closed = true);
    endStreams(stream -> true, EtcdError.STOPPED.status());
    locked(catchUp::awaitReadDone);
  }

  /** How much watching goes on. */
  public WatchStats stats() {
    WatchStats counted;
    List<WatchStream> open;
    lock.lock();
    try {
      open = List.copyOf(streams);
      counted = new WatchStats(open.size(), index.size(), catchingUp, liveEvents, pastEvents, 0);
    } finally {
      lock.unlock();
    }
    // Each queue has a lock of its own; the apply thread must not wait for a walk over all of them.
    long bytes = open.stream().mapToLong(stream -> stream.queue().eventBytes()).sum();
    return counted.withQueuedBytes(bytes);
  }

  // What streams ask for.

  void create(WatchStream stream, WatchRange range, WatchCreateRequest request) {
    locked(
        () -> {
          if (stream.isEnded()) {
            return;
          }
          if (stream.watchers.containsKey(request.getWatchId()) && request.getWatchId() != 0) {
            reply(stream, refused("mvcc: duplicate watch ID provided on the WatchStream"));
            return;
          }
          add(stream, range, request);
        });
  }

  private void add(WatchStream stream, WatchRange range, WatchCreateRequest request) {
    long current = history.currentRevision();
    long start = request.getStartRevision() == 0 ? current + 1 : request.getStartRevision();
    long floor = Math.max(request.getStartRevision(), current);
    Watcher watcher = new Watcher(stream, pickId(stream, request), range, request, floor);
    reply(stream, response(current, watcher.id()).setCreated(true));
    watcher.next = start;
    stream.watchers.put(watcher.id(), watcher);
    watcher.slot = index.add(watcher);
    if (start > published) {
      watcher.state = State.SYNCED;
    } else {
      catchUp.add(watcher);
    }
    if (watcher.wantsProgress() && stream.progressWatchers++ == 0) {
      armProgressTimer(stream);
    }
  }

  private static long pickId(WatchStream stream, WatchCreateRequest request) {
    if (request.getWatchId() != 0) {
      return request.getWatchId();
    }
    while (stream.watchers.containsKey(stream.nextId)) {
      stream.nextId++;
    }
    return stream.nextId++;
  }

  void refuse(WatchStream stream, String reason) {
    locked(
        () -> {
          if (!stream.isEnded()) {
            reply(stream, refused(reason));
          }
        });
  }

  private WatchResponse.Builder refused(String reason) {
    return response(history.currentRevision(), NO_WATCH_ID)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason);
  }

  void cancel(WatchStream stream, long id) {
    locked(
        () -> {
          Watcher watcher = stream.watchers.get(id);
          if (watcher != null) {
            remove(watcher);
            reply(stream, response(history.currentRevision(), id).setCanceled(true));
          }
        });
  }

  /**
   * Reports how far all watchers of a stream are, if they are all synced and begun; else says
   * nothing, as etcd does: clients ask again.
   */
  void reportProgress(WatchStream stream) {
    locked(
        () -> {
          if (stream.watchers.isEmpty()) {
            return;
          }
          for (Watcher watcher : stream.watchers.values()) {
            if (!watcher.hasReached(published)) {
              return;
            }
          }
          reply(stream, response(published, NO_WATCH_ID));
        });
  }

  void end(WatchStream stream, Status status) {
    locked(() -> endLocked(stream, status));
  }

  /** Ends a stream that nothing can be sent on any more. */
  void forget(WatchStream stream) {
    end(stream, EtcdError.WATCH_CANCELED.status());
  }

  void unpark(WatchStream stream) {
    locked(
        () -> {
          for (Watcher watcher : stream.parked) {
            if (watcher.state == State.PARKED) {
              catchUp.add(watcher);
            }
          }
          stream.parked.clear();
        });
  }

  // What the catch-up asks for; all under the lock.

  long publishedRevision() {
    return published;
  }

  boolean offerPast(Watcher watcher, List<WireEvent> events, long storeRevision) {
    WatchStream stream = watcher.stream();
    if (!stream.queue().offerPast(watcher, events, WireEvent.costOf(events), storeRevision)) {
      return false;
    }
    pastEvents += events.size();
    watcher.quiet = false;
    wakeLater(stream);
    return true;
  }

  /** Says that what the watcher needs is gone. The header tells no revision, as etcd's does not. */
  void cancelCompacted(Watcher watcher, long compactRevision) {
    remove(watcher);
    reply(
        watcher.stream(),
        response(0, watcher.id()).setCanceled(true).setCompactRevision(compactRevision));
  }

  void become(Watcher watcher, State state) {
    catchingUp += countsAsCatchingUp(state) - countsAsCatchingUp(watcher.state);
    watcher.state = state;
  }

  private static int countsAsCatchingUp(State state) {
    return state == null || state == State.SYNCED || state == State.GONE ? 0 : 1;
  }

  void endLocked(WatchStream stream, Status status) {
    if (stream.isEnded()) {
      return;
    }
    for (Watcher watcher : stream.watchers.values()) {
      index.remove(watcher);
      become(watcher, State.GONE);
    }
    stream.watchers.clear();
    stream.parked.clear();
    stopProgressTimer(stream);
    streams.remove(stream);
    stream.becomeEnded(status);
    wakeLater(stream);
  }

  // Live events.

  private void publish(RevisionEvents revision) {
    if (index.isEmpty()) {
      return;
    }
    List<Event> events = revision.events();
    for (int i = 0; i < events.size(); i++) {
      gather(events.get(i), revision.revision());
    }
    for (Watcher watcher : touched) {
      List<WireEvent> gathered = watcher.gathered;
      watcher.gathered = null;
      offerLive(watcher, gathered, revision.revision());
    }
    touched.clear();
  }

  private void gather(Event event, long revision) {
    index.match(event.getKv().getKey(), matched);
    if (matched.isEmpty()) {
      return;
    }
    EventForms forms = new EventForms(event);
    for (Watcher watcher : matched) {
      if (watcher.state == State.SYNCED && watcher.next <= revision) {
        boolean first = watcher.gathered == null;
        if (forms.maybeGather(watcher) && first) {
          touched.add(watcher);
        }
      }
    }
    matched.clear();
  }

  private void offerLive(Watcher watcher, List<WireEvent> events, long revision) {
    long bytes = WireEvent.costOf(events);
    if (watcher.stream().queue().offerLive(watcher, events, bytes, revision)) {
      liveEvents += events.size();
      watcher.quiet = false;
      wakeLater(watcher.stream());
    } else {
      watcher.next = revision;
      catchUp.add(watcher);
    }
  }

  /** Sends everybody who missed something up to {@code revision} to history for it. */
  private void jumpTo(long revision) {
    if (revision <= published) {
      return;
    }
    for (WatchStream stream : streams) {
      for (Watcher watcher : stream.watchers.values()) {
        if (watcher.state == State.SYNCED && watcher.next <= revision) {
          watcher.next = Math.max(watcher.next, published + 1);
          catchUp.add(watcher);
        }
      }
    }
    published = revision;
  }

  // Progress reports.

  private void armProgressTimer(WatchStream stream) {
    long interval = options.progressIntervalMillis();
    long jitter = random.nextLong(interval / 10 + 1);
    stream.progressTimer =
        timer.after(interval + jitter, () -> locked(() -> reportProgressOfQuiet(stream)));
  }

  private void stopProgressTimer(WatchStream stream) {
    if (stream.progressTimer != null) {
      stream.progressTimer.run();
      stream.progressTimer = null;
    }
    stream.progressWatchers = 0;
  }

  private void reportProgressOfQuiet(WatchStream stream) {
    if (stream.progressWatchers == 0) {
      return;
    }
    for (Watcher watcher : stream.watchers.values()) {
      if (watcher.wantsProgress()) {
        // A client that reads nothing would only collect reports of which the last one counts.
        boolean reading = stream.queue().pendingReplies() < options.maxPendingReplies();
        if (watcher.quiet && reading && watcher.hasReached(published)) {
          reply(stream, response(published, watcher.id()));
        }
        watcher.quiet = true;
      }
    }
    armProgressTimer(stream);
  }

  // Small things.

  WatchOptions options() {
    return options;
  }

  LongFunction<ResponseHeader> headers() {
    return headers;
  }

  private void endStreams(Predicate<WatchStream> which, Status status) {
    locked(
        () -> {
          for (WatchStream stream : List.copyOf(streams)) {
            if (which.test(stream)) {
              endLocked(stream, status);
            }
          }
        });
  }

  private void remove(Watcher watcher) {
    WatchStream stream = watcher.stream();
    index.remove(watcher);
    stream.watchers.remove(watcher.id());
    become(watcher, State.GONE);
    if (watcher.wantsProgress() && --stream.progressWatchers == 0) {
      stopProgressTimer(stream);
    }
  }

  private WatchResponse.Builder response(long headerRevision, long watchId) {
    return WatchResponse.newBuilder().setHeader(headers.apply(headerRevision)).setWatchId(watchId);
  }

  private void reply(WatchStream stream, WatchResponse.Builder response) {
    stream.queue().offerReply(response.build());
    wakeLater(stream);
  }

  private void wakeLater(WatchStream stream) {
    if (!stream.toWake) {
      stream.toWake = true;
      woken.add(stream);
    }
  }

  void lock() {
    lock.lock();
  }

  /** Runs something under the lock; what it wants woken or read is seen to afterwards. */
  void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      unlockAndWake();
    }
  }

  void unlockAndWake() {
    List<WatchStream> wake = List.of();
    if (!woken.isEmpty()) {
      wake = woken;
      woken = new ArrayList<>();
      for (WatchStream stream : wake) {
        stream.toWake = false;
      }
    }
    boolean read = catchUp.maybeBegin();
    lock.unlock();
    for (WatchStream stream : wake) {
      stream.wake();
    }
    if (read) {
      catchUp.submit();
    }
  }
}
