package io.kelson.server.watch;

import io.kelson.api.WatchResponse;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What waits to be sent on one stream, bounded in bytes of events. Thread-safe: the apply thread
 * and the catch-up put in, the stream's drain takes out.
 *
 * <p>When it is full it refuses events, and their watcher goes back to history; a watcher that may
 * not read from history yet parks until the queue is down to its low water mark. Replies are always
 * taken: their number is bounded because the stream stops reading requests.
 */
final class StreamQueue {
  private final ArrayDeque<Outgoing> items = new ArrayDeque<>(4);
  private final WatchOptions options;
  private long eventBytes;
  private long repliesSoFar;
  private int pendingReplies;
  private boolean someoneParked;

  StreamQueue(WatchOptions options) {
    this.options = options;
  }

  /**
   * Adds one live revision's events of a watcher; false if there is no room for them.
   *
   * <p>They join the watcher's newest waiting batch if they can: a slow client then gets fewer,
   * larger responses. Not past a reply, though. A progress report must not be overtaken by what
   * came after it, or the watcher's header revision would go back.
   */
  synchronized boolean offerLive(
      Watcher watcher, List<WireEvent> events, long bytes, long revision) {
    if (eventBytes > 0 && eventBytes + bytes > options.streamQueueBytes()) {
      return false;
    }
    eventBytes += bytes;
    EventBatch open = watcher.openBatch;
    if (open != null && mayGrow(open, bytes)) {
      open.append(events, bytes, revision);
    } else {
      watcher.openBatch = new EventBatch(watcher, events, bytes, revision, repliesSoFar);
      items.add(watcher.openBatch);
    }
    return true;
  }

  private boolean mayGrow(EventBatch open, long bytes) {
    return open.replies == repliesSoFar
        && open.revisions() < options.catchUpRevisions()
        && open.eventBytes() + bytes <= options.catchUpBytes();
  }

  /**
   * Adds events read from history; false if the queue is above its low water mark.
   *
   * <p>Their size does not matter: were it weighed too, a large batch could be refused by a queue
   * that is not full enough to park for, and be read again and again.
   */
  synchronized boolean offerPast(
      Watcher watcher, List<WireEvent> events, long bytes, long headerRevision) {
    if (!hasRoom()) {
      return false;
    }
    eventBytes += bytes;
    watcher.openBatch = null;
    items.add(new EventBatch(watcher, events, bytes, headerRevision, repliesSoFar));
    return true;
  }

  /** Adds a reply. */
  synchronized void offerReply(WatchResponse response) {
    repliesSoFar++;
    pendingReplies++;
    items.add(new Reply(response));
  }

  /** Takes the oldest item, or null if there is none. */
  synchronized Outgoing poll() {
    Outgoing item = items.poll();
    if (item instanceof EventBatch batch) {
      eventBytes -= batch.eventBytes();
      if (batch.watcher().openBatch == batch) {
        batch.watcher().openBatch = null;
      }
    } else if (item != null) {
      pendingReplies--;
    }
    return item;
  }

  /** Notes that a watcher waits for room; false if there is room already. */
  synchronized boolean parkUnlessRoom() {
    if (hasRoom()) {
      return false;
    }
    someoneParked = true;
    return true;
  }

  /** Whether there is room now and somebody parked before; answers true once. */
  synchronized boolean takeParked() {
    if (!someoneParked || !hasRoom()) {
      return false;
    }
    someoneParked = false;
    return true;
  }

  /** Replies not sent yet. */
  synchronized int pendingReplies() {
    return pendingReplies;
  }

  /** Bytes of events waiting. */
  synchronized long eventBytes() {
    return eventBytes;
  }

  /** Forgets everything. */
  synchronized void clear() {
    items.clear();
    eventBytes = 0;
    pendingReplies = 0;
  }

  private boolean hasRoom() {
    return eventBytes <= options.streamQueueBytes() / 2;
  }
}
