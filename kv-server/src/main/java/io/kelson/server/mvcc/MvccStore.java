package io.kelson.server.mvcc;

import io.kelson.raft.core.LogPosition;
import io.kelson.server.proto.MemberAttributes;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * Keys, their history and the log position they stand for, in RocksDB.
 *
 * <p>One thread writes, in {@link ApplyBatch}es; any thread reads, through {@link StoreView}s.
 * Nothing written is durable before {@link #flush()} or a flush of RocksDB's own: the log is
 * replayed from {@link #applied()} after a crash.
 */
public final class MvccStore implements EventHistory, AutoCloseable {
  private MvccStore() {}

  /**
   * Opens the store in a directory, creating it if there is none.
   *
   * @throws StoreException if what is there is not a store of this version and cluster, is in use,
   *     or cannot be read
   */
  public static MvccStore open(Path directory, MvccOptions options) {
    throw new UnsupportedOperationException();
  }

  /** Position of the last log entry whose effect is in the store. Any thread. */
  public LogPosition applied() {
    throw new UnsupportedOperationException();
  }

  /** Begins a group of entries. Apply thread only; one batch at a time. */
  public ApplyBatch newBatch() {
    throw new UnsupportedOperationException();
  }

  /**
   * The newest published state. Any thread, never blocks.
   *
   * @throws IllegalStateException if the store is closed
   */
  public StoreView acquireView() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long currentRevision() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long compactRevision() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<RevisionEvents> read(long lo, long hi, int maxRevisions, long maxBytes) {
    throw new UnsupportedOperationException();
  }

  /** What the members said of themselves, by member id; immutable. Any thread. */
  public SortedMap<Long, MemberAttributes> memberAttributes() {
    throw new UnsupportedOperationException();
  }

  /** Bytes the store takes up, in files and in memory not yet flushed; never 0. Any thread. */
  public long sizeBytes() {
    throw new UnsupportedOperationException();
  }

  /** Estimate of the bytes that would remain if everything superseded were gone; never 0. */
  public long sizeInUseBytes() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes everything applied so far durable. Blocks for the disk; any thread but the event loops.
   *
   * @return a position whose effect, and that of everything before it, is now on stable storage
   */
  public LogPosition flush() {
    throw new UnsupportedOperationException();
  }

  /** The applied position that is on stable storage already; the log is needed from there on. */
  public LogPosition durablyApplied() {
    throw new UnsupportedOperationException();
  }

  /**
   * Checksum of the visible history up to a revision; equal on members that hold the same.
   *
   * @param revision 0 for the newest
   * @return CRC-32C in the low 32 bits
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if it has not happened yet
   */
  public long hashKv(long revision) {
    throw new UnsupportedOperationException();
  }

  /**
   * Flushes and closes. Views still out keep the files open until the last one is closed; no new
   * ones are given.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
