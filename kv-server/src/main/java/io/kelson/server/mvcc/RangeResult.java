package io.kelson.server.mvcc;

import io.kelson.api.mvcc.KeyValue;
import java.util.List;

/**
 * What a range read found.
 *
 * @param kvs the pairs to return, in the order asked for; empty when only a count was asked for
 * @param more whether the limit cut pairs off
 * @param count number of keys in the range at the revision read, whatever limit and filters say
 */
public record RangeResult(List<KeyValue> kvs, boolean more, long count) {
  /** Nothing there. */
  public static final RangeResult EMPTY = new RangeResult(List.of(), false, 0);
}
