package io.kelson.server.mvcc;

/** Walks pairs in ascending key order without taking them apart. One thread; must be closed. */
interface EncodedCursor extends AutoCloseable {
  /**
   * The next pair as wire bytes of {@code mvccpb.KeyValue}, the caller's to keep; null at the end.
   */
  byte[] next();

  @Override
  void close();
}
