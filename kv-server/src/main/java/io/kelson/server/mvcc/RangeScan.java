package io.kelson.server.mvcc;

import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import org.rocksdb.ReadOptions;

/**
 * Walks the answer to a range request pair by pair, as wire bytes, however large it is: nothing but
 * the present pair is in memory.
 *
 * <p>For requests in key order only ({@link #inKeyOrder}). The view it comes from must stay open as
 * long as the scan; the same request on the same view gives the same pairs again. One thread at a
 * time, on which it may block for the disk; must be closed.
 */
public final class RangeScan implements AutoCloseable {
  private final RangeRequest request;
  private final KeyRange range;
  private final Source source;
  private final EncodedCursor cursor;
  private final ReadOptions reads;
  private final boolean filters;
  private long returned;
  private boolean cut;
  private boolean more;

  /**
   * @param reads closed with the scan; may be null
   */
  RangeScan(RangeRequest request, Source source, ReadOptions reads) {
    this.reads = reads;
    this.request = request;
    this.range = KeyRange.of(request.getKey(), request.getRangeEnd());
    this.source = source;
    this.filters = RangeReader.filters(request);
    this.cursor = range.isEmpty() ? null : source.encodedCursor(range);
  }

  /** Whether the answer is in ascending key order, as it is unless the request asks otherwise. */
  public static boolean inKeyOrder(RangeRequest request) {
    return request.getSortTarget() == SortTarget.KEY && request.getSortOrder() != SortOrder.DESCEND;
  }

  /**
   * The next pair of the answer as wire bytes of {@code mvccpb.KeyValue}, the caller's to keep;
   * null when there is none, or the limit is reached.
   *
   * @throws StoreException if the disk does not answer
   */
  public byte[] next() {
    if (over()) {
      return null;
    }
    byte[] pair = cursor.next();
    while (filters && pair != null && !RangeReader.passes(request, Layout.keyValue(pair))) {
      pair = cursor.next();
    }
    if (pair == null) {
      return null;
    }
    returned++;
    return request.getKeysOnly() ? EncodedPair.withoutValue(pair) : pair;
  }

  /** The same into a buffer; false where that returns null. */
  public boolean next(PairBuffer into) {
    if (filters || request.getKeysOnly()) {
      byte[] pair = next();
      if (pair != null) {
        into.set(pair);
      }
      return pair != null;
    }
    if (over() || !cursor.next(into)) {
      return false;
    }
    returned++;
    return true;
  }

  /** How long the next pair is, which is passed over; -1 where {@link #next()} returns null. */
  public int skip() {
    if (filters || request.getKeysOnly()) {
      byte[] pair = next();
      return pair == null ? -1 : pair.length;
    }
    int length = over() ? -1 : cursor.skip();
    if (length >= 0) {
      returned++;
    }
    return length;
  }

  /** Whether there is nothing to come; finds out whether the limit cuts something off. */
  private boolean over() {
    if (cursor == null || cut) {
      return true;
    }
    if (request.getLimit() <= 0 || returned < request.getLimit()) {
      return false;
    }
    cut = true;
    if (filters) {
      byte[] pair = cursor.next();
      while (pair != null && !RangeReader.passes(request, Layout.keyValue(pair))) {
        pair = cursor.next();
      }
      more = pair != null;
    } else {
      more = cursor.skip() >= 0;
    }
    return true;
  }

  /** Whether the limit cut pairs off; known when {@link #next} has returned null. */
  public boolean more() {
    return more;
  }

  /**
   * Number of keys in the range, whatever limit and filters say; when {@link #next} has returned
   * null. Counted, not walked, if it has to be.
   */
  public long count() {
    if (cursor == null) {
      return 0;
    }
    return more || filters ? source.count(range) : returned;
  }

  @Override
  public void close() {
    if (cursor != null) {
      cursor.close();
    }
    if (reads != null) {
      reads.close();
    }
  }
}
