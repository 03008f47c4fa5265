package io.kelson.client;

import java.util.List;

/**
 * What a {@link RangeOp} found.
 *
 * @param header the store's word
 * @param kvs the keys, in the order asked for
 * @param more true when the limit cut keys off
 * @param count how many keys the range holds at that revision, whatever the limit
 */
public record RangeResult(Header header, List<KeyValue> kvs, boolean more, long count)
    implements OpResult {
  public RangeResult {
    kvs = List.copyOf(kvs);
  }

  @Override
  public Op.Kind kind() {
    return Op.Kind.RANGE;
  }
}
