package io.kelson.raft.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The newest entries of the log, in memory: a ring addressed by index.
 *
 * <p>Holds {@code [lo, hi)}. Grows at the end, shrinks at both; neither moves entries.
 */
final class EntryWindow {
  private Entry[] slots = new Entry[64];
  private long lo;
  private long hi;
  private long sizeBytes;

  /**
   * An empty window.
   *
   * @param next index of the first entry to come
   */
  EntryWindow(long next) {
    this.lo = next;
    this.hi = next;
  }

  long lo() {
    return lo;
  }

  long hi() {
    return hi;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  Entry get(long index) {
    if (index < lo || index >= hi) {
      throw new InvariantViolation(
          "entry " + index + " is not in memory, which holds [" + lo + ", " + hi + ")");
    }
    return slots[slot(index)];
  }

  void append(Entry entry) {
    if (entry.index() != hi) {
      throw new InvariantViolation("entry " + entry + " does not follow index " + (hi - 1));
    }
    if (hi - lo == slots.length) {
      grow();
    }
    slots[slot(hi)] = entry;
    hi++;
    sizeBytes += entry.sizeBytes();
  }

  /** Forgets everything after an index. */
  void truncateAfter(long index) {
    while (hi > index + 1 && hi > lo) {
      hi--;
      sizeBytes -= clear(hi);
    }
    if (hi == lo) {
      // Cut to before the window: it starts anew, empty, where the log now ends.
      lo = index + 1;
      hi = index + 1;
    }
  }

  /** Forgets everything; what comes next has this index. */
  void reset(long next) {
    Arrays.fill(slots, null);
    lo = next;
    hi = next;
    sizeBytes = 0;
  }

  /** Forgets the oldest entries below {@code limit} until no more than so many bytes are left. */
  void evict(long limit, long maxBytes) {
    while (sizeBytes > maxBytes && lo < limit) {
      sizeBytes -= clear(lo);
      lo++;
    }
  }

  /** One past the last of the entries from {@code from} on that fit, and at least one does. */
  long fitting(long from, long to, long maxBytes) {
    long at = from;
    long bytes = 0;
    while (at < to) {
      bytes += slots[slot(at)].sizeBytes();
      if (bytes > maxBytes && at > from) {
        return at;
      }
      at++;
    }
    return at;
  }

  /** The entries of {@code [from, to)}. */
  List<Entry> slice(long from, long to) {
    if (from >= to) {
      return List.of();
    }
    if (from < lo || to > hi) {
      throw new InvariantViolation(
          "entries [" + from + ", " + to + ") are not all in [" + lo + ", " + hi + ")");
    }
    Entry[] copy = new Entry[(int) (to - from)];
    int start = slot(from);
    int first = Math.min(copy.length, slots.length - start);
    System.arraycopy(slots, start, copy, 0, first);
    System.arraycopy(slots, 0, copy, first, copy.length - first);
    return Collections.unmodifiableList(Arrays.asList(copy));
  }

  private int clear(long index) {
    int slot = slot(index);
    int bytes = slots[slot].sizeBytes();
    slots[slot] = null;
    return bytes;
  }

  private int slot(long index) {
    return (int) (index & (slots.length - 1));
  }

  private void grow() {
    Entry[] old = slots;
    slots = new Entry[old.length * 2];
    for (long i = lo; i < hi; i++) {
      slots[slot(i)] = old[(int) (i & (old.length - 1))];
    }
  }
}
