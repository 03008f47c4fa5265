package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Collects the entries of one read, region by region. */
final class EntryCollector implements FrameCursor.Visitor {
  private final List<Entry> entries = new ArrayList<>();
  private final long hi;
  private long next;
  private long bytesLeft;
  private boolean full;
  private long limit;
  private FrameCursor cursor;

  EntryCollector(long lo, long hi, long maxBytes) {
    this.hi = hi;
    this.next = lo;
    this.bytesLeft = maxBytes;
  }

  boolean wantsMore() {
    return next < hi && !full;
  }

  /** The next entry wanted. */
  long next() {
    return next;
  }

  /** One past the last entry wanted. */
  long hi() {
    return hi;
  }

  List<Entry> collected() {
    return entries;
  }

  /** Takes what a region, which holds the next entry, has of them. */
  void readFrom(LogState.Region region, int windowBytes) throws IOException {
    Segment segment = region.segment();
    cursor = new FrameCursor(segment, windowBytes);
    limit = Math.min(hi, region.limit());
    long offset = region.offset();
    while (next < limit && !full) {
      if (!cursor.frame(offset)) {
        throw new LogDamagedException(segment.name(), offset, cursor.problem());
      }
      cursor.visit(this);
      offset = cursor.end();
    }
  }

  @Override
  public void entry(long term, long index, EntryType type) throws IOException {
    if (index != next || next >= limit || full) {
      return;
    }
    int bytes = cursor.entryDataBytes() + Entry.OVERHEAD_BYTES;
    if (bytes > bytesLeft && !entries.isEmpty()) {
      full = true;
      return;
    }
    entries.add(cursor.entry());
    bytesLeft -= bytes;
    full = bytesLeft <= 0;
    next++;
  }
}
