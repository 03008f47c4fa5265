package io.kelson.server.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Events of whole revisions for one watcher. Guarded by the queue it waits in; once taken out,
 * owned by the task that sends it.
 */
final class EventBatch implements Outgoing {
  private final Watcher watcher;

  /** Shared with other batches until something is appended: lists that watchers share are final. */
  private List<WireEvent> events;

  /** Replies that were ahead of it in the stream's life; see {@link StreamQueue#offerLive}. */
  final long replies;

  private long headerRevision;
  private long eventBytes;
  private int revisions = 1;

  EventBatch(
      Watcher watcher, List<WireEvent> events, long eventBytes, long headerRevision, long replies) {
    this.watcher = watcher;
    this.events = events;
    this.eventBytes = eventBytes;
    this.headerRevision = headerRevision;
    this.replies = replies;
  }

  /** Adds the events of a later revision. */
  void append(List<WireEvent> more, long bytes, long revision) {
    if (revisions == 1) {
      List<WireEvent> shared = events;
      events = new ArrayList<>(shared.size() + 7);
      events.addAll(shared);
    }
    events.addAll(more);
    eventBytes += bytes;
    headerRevision = revision;
    revisions++;
  }

  Watcher watcher() {
    return watcher;
  }

  /** How many live revisions were joined in it. */
  int revisions() {
    return revisions;
  }

  @Override
  public long eventBytes() {
    return eventBytes;
  }

  @Override
  public void encode(HeaderFields headers, long fragmentBytes, Queue<WatchAnswer> answers) {
    byte[] header = headers.at(headerRevision);
    WatchAnswer whole = new EventsAnswer(header, watcher.id(), false, events);
    if (!watcher.wantsFragments() || events.size() < 2 || whole.size() < fragmentBytes) {
      answers.add(whole);
    } else {
      split(header, fragmentBytes, answers);
    }
  }

  /** Fills pieces up to {@code fragmentBytes}, at least one event each; all but the last say so. */
  private void split(byte[] header, long fragmentBytes, Queue<WatchAnswer> answers) {
    // The fragment's mark takes two bytes.
    long empty = EventsAnswer.emptySize(header, watcher.id()) + 2L;
    long size = empty;
    int from = 0;
    for (int i = 0; i < events.size(); i++) {
      int cost = events.get(i).size();
      if (i > from && size + cost >= fragmentBytes) {
        answers.add(new EventsAnswer(header, watcher.id(), true, events.subList(from, i)));
        from = i;
        size = empty;
      }
      size += cost;
    }
    answers.add(new EventsAnswer(header, watcher.id(), false, events.subList(from, events.size())));
  }
}
