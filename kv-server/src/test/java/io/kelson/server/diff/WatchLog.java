package io.kelson.server.diff;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What one side says on one watch stream: the answers to requests in their order, and for each
 * watcher its events in theirs. How events are packed into responses is left to each side, but not
 * that a revision stays whole, that events wait for the creation and end with the cancellation.
 *
 * <p>Filled on a network thread; all else by the session's. Guarded by its monitor.
 */
final class WatchLog implements ClientResponseObserver<WatchRequest, WatchResponse> {
  /** One creation: an id is free again once its watcher is gone. */
  record WatcherKey(long id, int incarnation) {}

  private static final class Heard {
    final List<Event> events = new ArrayList<>();
    boolean alive = true;
    boolean fragmented;
    long wholeTo;
  }

  private final Identity identity;
  private final Duration patience;
  private final List<WatchResponse> replies = new ArrayList<>();
  private final Map<Long, Integer> incarnations = new HashMap<>();
  private final Map<WatcherKey, Heard> heard = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private ClientCallStreamObserver<WatchRequest> requests;
  private Status ended;

  WatchLog(Identity identity, Duration patience) {
    this.identity = identity;
    this.patience = patience;
  }

  @Override
  public synchronized void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
    requests = stream;
  }

  @Override
  public synchronized void onNext(WatchResponse response) {
    if (response.getEventsCount() == 0) {
      reply((WatchResponse) identity.masked(response));
    } else {
      events(response);
    }
    notifyAll();
  }

  private void reply(WatchResponse response) {
    replies.add(response);
    long id = response.getWatchId();
    if (response.getCreated() && !response.getCanceled()) {
      int incarnation = incarnations.merge(id, 1, Integer::sum);
      heard.put(new WatcherKey(id, incarnation), new Heard());
    } else if (response.getCanceled() && !response.getCreated() && incarnations.containsKey(id)) {
      heard.get(latest(id)).alive = false;
    }
  }

  private void events(WatchResponse response) {
    Heard watcher = heard.get(latest(response.getWatchId()));
    check(watcher != null && watcher.alive, "events of a watcher that is not", response);
    if (watcher == null) {
      return;
    }
    check(
        !response.getCreated() && !response.getCanceled() && response.getCompactRevision() == 0,
        "events in an answer to a request",
        response);
    for (Event event : response.getEventsList()) {
      long revision = event.getKv().getModRevision();
      check(revision > watcher.wholeTo, "a revision that is over goes on", response);
      check(revision <= response.getHeader().getRevision(), "a header before its event", response);
      watcher.events.add(event);
    }
    watcher.fragmented = response.getFragment();
    if (!watcher.fragmented) {
      watcher.wholeTo = watcher.events.get(watcher.events.size() - 1).getKv().getModRevision();
    }
  }

  private void check(boolean holds, String rule, WatchResponse response) {
    if (!holds) {
      violations.add(rule + ": " + Text.of(response));
    }
  }

  @Override
  public synchronized void onError(Throwable cause) {
    ended = Status.fromThrowable(cause);
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    ended = Status.OK;
    notifyAll();
  }

  synchronized void send(WatchRequest request) {
    requests.onNext(request);
  }

  synchronized void halfClose() {
    requests.onCompleted();
  }

  synchronized void cancel() {
    requests.cancel("done", null);
  }

  synchronized WatcherKey latest(long id) {
    return new WatcherKey(id, incarnations.getOrDefault(id, 0));
  }

  /** Waits for that many replies since the beginning; gives up after a while. */
  synchronized void awaitReplies(int count) throws InterruptedException {
    await(() -> replies.size() >= count);
  }

  /** Waits for that many events of a watcher; gives up after a while. */
  synchronized void awaitEvents(WatcherKey key, int count) throws InterruptedException {
    await(() -> heard.containsKey(key) && heard.get(key).events.size() >= count);
  }

  /** Waits until a watcher has seen that revision; gives up after a while. */
  synchronized void awaitRevision(WatcherKey key, long revision) throws InterruptedException {
    await(() -> heard.containsKey(key) && heard.get(key).wholeTo >= revision);
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean() && ended == null) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** The replies from the given one on. */
  synchronized List<WatchResponse> repliesFrom(int from) {
    return List.copyOf(replies.subList(Math.min(from, replies.size()), replies.size()));
  }

  synchronized List<Event> events(WatcherKey key) {
    return heard.containsKey(key) ? List.copyOf(heard.get(key).events) : List.of();
  }

  /** Forgets replies that are known to come from this side only. */
  synchronized void dropRepliesFrom(int from) {
    replies.subList(Math.min(from, replies.size()), replies.size()).clear();
  }

  /** Forgets all events of a watcher. */
  synchronized void forgetEvents(WatcherKey key) {
    heard.get(key).events.clear();
  }

  /**
   * What this side did wrong by itself, and how the stream ended if it has; empty if all is well.
   */
  synchronized String complaint() {
    String end = ended == null ? "" : "the stream ended: " + ended;
    return String.join("\n", violations) + end;
  }
}
