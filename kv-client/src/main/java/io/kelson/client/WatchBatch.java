package io.kelson.client;

import java.util.List;

/**
 * Events that arrived together: in order of revision, and never only a part of a revision.
 *
 * @param header the store's word; its revision may be later than the last event's
 * @param events at least one
 */
public record WatchBatch(Header header, List<WatchEvent> events) {
  public WatchBatch {
    events = List.copyOf(events);
  }
}
