package io.kelson.client;

import java.util.List;

/**
 * A {@link DeleteOp} that is durable on a majority.
 *
 * @param header the store's word; its revision is the deletion's, or the current one if nothing was
 *     there
 * @param deleted how many keys went
 * @param prevKvs what they held, if it was asked for
 */
public record DeleteResult(Header header, long deleted, List<KeyValue> prevKvs)
    implements OpResult {
  public DeleteResult {
    prevKvs = List.copyOf(prevKvs);
  }

  @Override
  public Op.Kind kind() {
    return Op.Kind.DELETE;
  }
}
