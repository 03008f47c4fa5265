package io.kelson.raft.core;

import java.util.Arrays;

/**
 * One entry of the replicated log.
 *
 * <p>The data array is owned by the entry from construction on: whoever hands it in must not write
 * to it again, and whoever reads it must not either. It is shared, uncopied, between the in-memory
 * log, the log writer, the peers' outboxes and the state machine.
 *
 * @param term term of the leader that created the entry, at least 1
 * @param index position in the log, at least 1
 * @param type what the data means
 * @param data the payload, possibly empty, never null
 */
public record Entry(long term, long index, EntryType type, byte[] data) {
  /**
   * What an entry is taken to cost beside its payload, in bytes, when windows and batches are
   * measured.
   */
  public static final int OVERHEAD_BYTES = 32;

  private static final byte[] NOTHING = new byte[0];

  public Entry {
    if (term < 1 || index < 1) {
      throw new IllegalArgumentException("no such log entry: term " + term + ", index " + index);
    }
    if (type == null || data == null) {
      throw new IllegalArgumentException(
          "log entry " + term + "/" + index + " lacks its type or data");
    }
  }

  /** A new leader's empty entry. */
  public static Entry noop(long term, long index) {
    return new Entry(term, index, EntryType.NOOP, NOTHING);
  }

  /** Term and index together. */
  public LogPosition position() {
    return new LogPosition(term, index);
  }

  /** What this entry counts against windows and batches, in bytes. */
  public int sizeBytes() {
    return data.length + OVERHEAD_BYTES;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry e
        && e.term == term
        && e.index == index
        && e.type == type
        && Arrays.equals(e.data, data);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(term * 31 + index);
  }

  @Override
  public String toString() {
    return term + "/" + index + ":" + type + "[" + data.length + "]";
  }
}
