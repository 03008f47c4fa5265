package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of watches: takes its requests, and sends what its queue holds as fast as the
 * client reads.
 *
 * <p>{@link #request}, {@link #onReady} and {@link #cancelled} may be called from any thread,
 * though requests one at a time, in order. Everything sent leaves on the executor the stream was
 * opened with, in one task at a time, never on the thread that had something to say.
 */
public final class WatchStream {
  private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);

  private final WatchHub hub;
  private final WatchSink sink;
  private final Executor executor;
  private final WatchAuthorizer authorizer;
  private final boolean requiresLeader;
  private final StreamQueue queue;

  /** Calls of {@link #wake} not answered yet; the one that finds it at zero starts the drain. */
  private final AtomicInteger wakes = new AtomicInteger();

  /** Why the stream ends; set once, under the hub's lock. */
  private volatile Status ending;

  /** Requests are left unread because too many replies wait; guarded by the queue's monitor. */
  private boolean requestsPaused;

  // Guarded by the hub's lock.
  final Map<Long, Watcher> watchers = new HashMap<>();
  final ArrayList<Watcher> parked = new ArrayList<>(0);
  long nextId;
  boolean toWake;
  int progressWatchers;
  Runnable progressTimer;

  // Owned by the drain.
  private final ArrayDeque<WatchAnswer> encoded = new ArrayDeque<>(2);
  private boolean completed;

  WatchStream(
      WatchHub hub,
      WatchSink sink,
      Executor executor,
      WatchAuthorizer authorizer,
      boolean requiresLeader) {
    this.hub = hub;
    this.sink = sink;
    this.executor = executor;
    this.authorizer = authorizer;
    this.requiresLeader = requiresLeader;
    this.queue = new StreamQueue(hub.options());
  }

  /** Takes one request; an empty or unknown one is ignored. Asks the sink for the next. */
  public void request(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> cancel(request.getCancelRequest());
      case PROGRESS_REQUEST -> hub.reportProgress(this);
      case REQUESTUNION_NOT_SET -> {
        // A newer client may know more kinds than we do; its stream lives on.
      }
    }
    if (!maybePauseRequests()) {
      sink.requestNext();
    }
  }

  private void create(WatchCreateRequest request) {
    WatchRange range = WatchRange.ofRequest(request.getKey(), request.getRangeEnd());
    String refusal = refusal(range, request);
    if (refusal == null) {
      hub.create(this, range, request);
    } else {
      hub.refuse(this, refusal);
    }
  }

  private String refusal(WatchRange range, WatchCreateRequest request) {
    String denied = authorizer.refusal(range);
    if (denied != null) {
      return denied;
    }
    if (request.getStartRevision() < 0) {
      return EtcdError.COMPACTED.text();
    }
    return range.isEmpty() ? "mvcc: watcher range is empty" : null;
  }

  private void cancel(WatchCancelRequest request) {
    hub.cancel(this, request.getWatchId());
  }

  /** The sink has become ready. */
  public void onReady() {
    wake();
  }

  /** The client has gone: forgets its watches and what was to be sent. */
  public void cancelled() {
    hub.end(this, EtcdError.WATCH_CANCELED.status());
  }

  /** Whether the stream has ended or is about to. */
  boolean isEnded() {
    return ending != null;
  }

  boolean requiresLeader() {
    return requiresLeader;
  }

  StreamQueue queue() {
    return queue;
  }

  /** Drops what waits and has the sink completed; under the hub's lock, then needs a wake. */
  void becomeEnded(Status status) {
    ending = status;
    queue.clear();
  }

  /** Has the drain look again; never runs it on this thread unless the executor does. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The event loop is gone and the connection with it; wakes stays up, nothing runs again.
        LOG.debug("watch stream's executor has shut down", e);
        hub.forget(this);
      }
    }
  }

  private void drain() {
    int answered = wakes.get();
    while (answered != 0) {
      try {
        sendWhileReady();
      } catch (RuntimeException e) {
        LOG.debug("watch stream could not be sent on", e);
        hub.end(this, Status.INTERNAL.withDescription("sending failed: " + e).withCause(e));
      }
      answered = wakes.addAndGet(-answered);
    }
  }

  private void sendWhileReady() {
    while (ending == null && sink.isReady()) {
      List<WatchAnswer> run = nextRun();
      if (run.isEmpty()) {
        break;
      }
      sink.sendRun(run);
    }
    if (ending != null) {
      complete();
      return;
    }
    if (queue.takeParked()) {
      hub.unpark(this);
    }
    if (maybeResumeRequests()) {
      sink.requestNext();
    }
  }

  /** As many responses as the sink likes to have at once; none if nothing waits. */
  private List<WatchAnswer> nextRun() {
    HeaderFields headers = new HeaderFields(hub.headers());
    List<WatchAnswer> run = new ArrayList<>();
    long bytes = 0;
    WatchAnswer next = nextAnswer(headers);
    while (next != null) {
      run.add(next);
      bytes += next.size();
      next = bytes < sink.runBytes() ? nextAnswer(headers) : null;
    }
    return run;
  }

  private WatchAnswer nextAnswer(HeaderFields headers) {
    if (encoded.isEmpty()) {
      Outgoing item = queue.poll();
      if (item == null) {
        return null;
      }
      item.encode(headers, hub.options().fragmentBytes(), encoded);
    }
    return encoded.poll();
  }

  private void complete() {
    if (!completed) {
      completed = true;
      encoded.clear();
      sink.complete(ending);
    }
  }

  private boolean maybePauseRequests() {
    synchronized (queue) {
      requestsPaused = queue.pendingReplies() >= hub.options().maxPendingReplies();
      return requestsPaused;
    }
  }

  private boolean maybeResumeRequests() {
    synchronized (queue) {
      boolean resume =
          requestsPaused && queue.pendingReplies() * 2 <= hub.options().maxPendingReplies();
      requestsPaused &= !resume;
      return resume;
    }
  }
}
