package io.kelson.server.watch;

import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.LongFunction;

/**
 * Events of whole revisions for one watcher. Guarded by the queue it waits in; once taken out,
 * owned by the task that sends it.
 */
final class EventBatch implements Outgoing {
  /** What an event costs beside its bytes: the message objects around them. */
  private static final int EVENT_OVERHEAD_BYTES = 64;

  private final Watcher watcher;
  private final ArrayList<Event> events;

  /** Replies that were ahead of it in the stream's life; see {@link StreamQueue#offerLive}. */
  final long replies;

  private long headerRevision;
  private long eventBytes;
  private int revisions = 1;

  EventBatch(
      Watcher watcher,
      ArrayList<Event> events,
      long eventBytes,
      long headerRevision,
      long replies) {
    this.watcher = watcher;
    this.events = events;
    this.eventBytes = eventBytes;
    this.headerRevision = headerRevision;
    this.replies = replies;
  }

  /** What some events cost while they wait. */
  static long bytesOf(List<Event> events) {
    long bytes = 0;
    for (int i = 0; i < events.size(); i++) {
      bytes += events.get(i).getSerializedSize() + EVENT_OVERHEAD_BYTES;
    }
    return bytes;
  }

  /** Adds the events of a later revision. */
  void append(List<Event> more, long bytes, long revision) {
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
  public void encode(
      LongFunction<ResponseHeader> headers, long fragmentBytes, Queue<WatchResponse> responses) {
    WatchResponse.Builder bare =
        WatchResponse.newBuilder()
            .setHeader(headers.apply(headerRevision))
            .setWatchId(watcher.id());
    if (!watcher.wantsFragments() || events.size() < 2) {
      responses.add(bare.addAllEvents(events).build());
      return;
    }
    WatchResponse whole = bare.clone().addAllEvents(events).build();
    if (whole.getSerializedSize() < fragmentBytes) {
      responses.add(whole);
    } else {
      split(bare.setFragment(true).build(), fragmentBytes, responses);
    }
  }

  /** Fills pieces up to {@code fragmentBytes}, at least one event each; the last says so. */
  private void split(WatchResponse empty, long fragmentBytes, Queue<WatchResponse> responses) {
    WatchResponse.Builder piece = empty.toBuilder();
    long size = empty.getSerializedSize();
    for (Event event : events) {
      // Tag and length of the event in the response: one byte and at most five.
      long cost = event.getSerializedSize() + 6;
      if (piece.getEventsCount() > 0 && size + cost >= fragmentBytes) {
        responses.add(piece.build());
        piece = empty.toBuilder();
        size = empty.getSerializedSize();
      }
      piece.addEvents(event);
      size += cost;
    }
    responses.add(piece.setFragment(false).build());
  }
}
