package io.kelson.client;

import java.util.Optional;

/**
 * A {@link PutOp} that is durable on a majority.
 *
 * @param header the store's word; its revision is the write's
 * @param prevKv what stood there before, if it was asked for and there was something
 */
public record PutResult(Header header, Optional<KeyValue> prevKv) implements OpResult {
  @Override
  public Op.Kind kind() {
    return Op.Kind.PUT;
  }
}
