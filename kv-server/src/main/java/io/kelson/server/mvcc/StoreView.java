package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.mvcc.KeyValue;
import java.util.Optional;

/**
 * The store as it was after one applied group; what it shows never changes.
 *
 * <p>Get one from {@link MvccStore#acquireView()} and close it exactly once, soon: an open view
 * keeps superseded data on disk. Thread-safe between the two.
 */
public final class StoreView implements ReadView, AutoCloseable {
  StoreView() {}

  @Override
  public long revision() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long compactRevision() {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyValue get(ByteString key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RangeResult range(RangeRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * Answers a range request if that takes no more than one look-up in memory; for event loops.
   *
   * @return empty if the request names more than one key, or if its answer may have to be read from
   *     disk: then call {@link #range} on a thread that may block
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if the revision is newer than {@link #revision()}
   */
  public Optional<RangeResult> maybeRangeInMemory(RangeRequest request) {
    throw new UnsupportedOperationException();
  }

  /** Gives the view back. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
