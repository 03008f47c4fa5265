package io.kelson.server.watch;

import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchCreateRequest.FilterType;
import io.kelson.api.mvcc.Event.EventType;
import java.util.ArrayList;
import java.util.List;

/**
 * One watch of a stream. There may be very many, so it is kept small.
 *
 * <p>What changes is guarded by the hub's lock, except {@link #gathered} while {@link
 * State#READING} (see there).
 */
final class Watcher implements Watchers {
  /** Where a watcher's next event comes from. */
  enum State {
    /** From the apply thread. Everything before {@link #next} or the present is in the queue. */
    SYNCED,
    /** From history; waits for its turn. */
    BEHIND,
    /** From history; being read for. Only the round that reads may gather events for it. */
    READING,
    /** From history, once its stream has room again. */
    PARKED,
    /** Nowhere: cancelled. */
    GONE
  }

  private static final int PREV_KV = 1;
  private static final int NO_PUT = 2;
  private static final int NO_DELETE = 4;
  private static final int FRAGMENT = 8;
  private static final int PROGRESS = 16;

  private final WatchStream stream;
  private final long id;
  private final WatchRange range;
  private final byte wants;

  /** No progress is reported before the store has reached this revision. */
  private final long progressFloor;

  /** First revision it has not been given; meaningful unless synced, when it is a lower bound. */
  long next;

  State state;

  /** Whether no event went out since the last progress tick. */
  boolean quiet = true;

  /** Place in its bucket of the hub's index. */
  int slot;

  /** Events of the revisions being matched right now; null in between. A list of one is shared. */
  List<WireEvent> gathered;

  /** The newest live batch in the stream's queue, to be extended; guarded by that queue. */
  EventBatch openBatch;

  Watcher(WatchStream stream, long id, WatchRange range, WatchCreateRequest request, long floor) {
    this.stream = stream;
    this.id = id;
    this.range = range;
    this.wants = wants(request);
    this.progressFloor = floor;
  }

  private static byte wants(WatchCreateRequest request) {
    int wants = request.getPrevKv() ? PREV_KV : 0;
    wants |= request.getFragment() ? FRAGMENT : 0;
    wants |= request.getProgressNotify() ? PROGRESS : 0;
    for (FilterType filter : request.getFiltersList()) {
      wants |= filter == FilterType.NOPUT ? NO_PUT : 0;
      wants |= filter == FilterType.NODELETE ? NO_DELETE : 0;
    }
    return (byte) wants;
  }

  WatchStream stream() {
    return stream;
  }

  long id() {
    return id;
  }

  WatchRange range() {
    return range;
  }

  long progressFloor() {
    return progressFloor;
  }

  boolean wantsPrevKv() {
    return (wants & PREV_KV) != 0;
  }

  boolean wantsFragments() {
    return (wants & FRAGMENT) != 0;
  }

  boolean wantsProgress() {
    return (wants & PROGRESS) != 0;
  }

  boolean accepts(EventType type) {
    return (wants & (type == EventType.DELETE ? NO_DELETE : NO_PUT)) == 0;
  }

  /**
   * Whether everything up to {@code revision} is in its stream's queue and it has begun by then.
   */
  boolean hasReached(long revision) {
    return state == State.SYNCED && progressFloor <= revision;
  }

  @Override
  public void addTo(ArrayList<Watcher> out) {
    out.add(this);
  }
}
