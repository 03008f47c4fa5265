package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.log.EntriesUnavailableException.Reason;
import java.io.IOException;
import java.util.Collections;
import java.util.List;

/**
 * Reads entries beside the writer.
 *
 * <p>Where they are is looked up under the state's monitor, region by region; the bytes are read
 * without it. That works because segments are only ever appended to. A ticket finds out if what was
 * promised has been overwritten between two regions, and a segment that is being read is neither
 * closed nor recycled.
 */
final class LogReader {
  private static final int WINDOW_BYTES = 64 << 10;

  private LogReader() {}

  /** See {@link SegmentedLog#read}. */
  static List<Entry> read(LogState state, long lo, long hi, long maxBytes) throws IOException {
    LogState.Ticket ticket;
    synchronized (state) {
      requireHeld(state, lo, hi);
      ticket = state.open(hi);
    }
    try {
      EntryCollector entries = new EntryCollector(lo, hi, maxBytes);
      while (entries.wantsMore()) {
        readRegion(state, entries, ticket);
      }
      return Collections.unmodifiableList(entries.collected());
    } finally {
      synchronized (state) {
        state.close(ticket);
      }
    }
  }

  private static void readRegion(LogState state, EntryCollector entries, LogState.Ticket ticket)
      throws IOException {
    LogState.Region region;
    synchronized (state) {
      if (ticket.truncated()) {
        throw new EntriesUnavailableException(
            Reason.TRUNCATED, entries.next(), entries.hi(), "they were overwritten meanwhile");
      }
      requireHeld(state, entries.next(), entries.hi());
      region = state.region(entries.next());
      region.segment().retain();
    }
    try {
      entries.readFrom(region, WINDOW_BYTES);
    } finally {
      synchronized (state) {
        region.segment().release();
      }
    }
  }

  private static void requireHeld(LogState state, long lo, long hi)
      throws EntriesUnavailableException {
    if (lo <= state.base().index()) {
      throw new EntriesUnavailableException(Reason.CUT, lo, hi, "it begins after " + state.base());
    }
    if (hi > state.readableHi()) {
      throw new EntriesUnavailableException(
          Reason.TRUNCATED, lo, hi, "it ends before " + state.readableHi());
    }
  }
}
