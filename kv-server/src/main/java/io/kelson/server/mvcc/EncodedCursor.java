package io.kelson.server.mvcc;

/** Walks pairs in ascending key order without taking them apart. One thread; must be closed. */
interface EncodedCursor extends AutoCloseable {
  /**
   * The next pair as wire bytes of {@code mvccpb.KeyValue}, the caller's to keep; null at the end.
   */
  byte[] next();

  /** The same into a buffer; false at the end. */
  default boolean next(PairBuffer into) {
    byte[] pair = next();
    if (pair != null) {
      into.set(pair);
    }
    return pair != null;
  }

  /** The length of the next pair, which is passed over; -1 at the end. */
  default int skip() {
    byte[] pair = next();
    return pair == null ? -1 : pair.length;
  }

  @Override
  void close();
}
