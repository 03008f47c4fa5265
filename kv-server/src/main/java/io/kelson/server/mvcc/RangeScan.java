package io.kelson.server.mvcc;

import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;

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
  private final boolean filters;
  private long returned;
  private boolean more;

  RangeScan(RangeRequest request, Source source) {
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
    if (cursor == null || more) {
      return null;
    }
    for (byte[] pair = cursor.next(); pair != null; pair = cursor.next()) {
      if (filters && !RangeReader.passes(request, Layout.keyValue(pair))) {
        continue;
      }
      if (request.getLimit() > 0 && returned >= request.getLimit()) {
        more = true;
        return null;
      }
      returned++;
      return request.getKeysOnly() ? EncodedPair.withoutValue(pair) : pair;
    }
    return null;
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
  }
}
