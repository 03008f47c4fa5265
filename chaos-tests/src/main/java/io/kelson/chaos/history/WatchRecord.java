package io.kelson.chaos.history;

import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.List;

/**
 * One watch over its whole life, with everything its listener heard, in order.
 *
 * @param client the logical client it belongs to
 * @param node which member it was opened at, counted from 0; -1 if the client chose
 * @param startNanos when it was asked for, from the beginning of the run
 * @param createdRevision header revision of its creation: without a start revision it sees what
 *     comes after; 0 if it was never created
 * @param options what was asked for
 * @param items what it heard
 * @param compactRevision if the watch was ended by a compaction, where that was; else 0
 */
public record WatchRecord(
    long client,
    int node,
    long startNanos,
    long createdRevision,
    WatchOptions options,
    List<Item> items,
    long compactRevision) {
  public WatchRecord {
    items = List.copyOf(items);
  }

  /** One thing a listener heard. */
  public sealed interface Item {
    /** When, from the beginning of the run. */
    long nanos();
  }

  /**
   * Events.
   *
   * @param headerRevision the revision of the response's header
   */
  public record Events(long nanos, long headerRevision, List<WatchEvent> events) implements Item {
    public Events {
      events = List.copyOf(events);
    }
  }

  /**
   * A promise that every event up to this revision has been delivered.
   *
   * @param revision of the progress notification's header
   */
  public record Progress(long nanos, long revision) implements Item {}

  /** The connection was lost and the client resumes by itself. */
  public record Interrupted(long nanos, String cause) implements Item {}
}
