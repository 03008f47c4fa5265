package io.kelson.server.mvcc;

import io.kelson.api.mvcc.KeyValue;

/** Walks pairs in ascending key order. One thread; must be closed. */
interface Cursor extends AutoCloseable {
  /** The next pair, or null when there is none. */
  KeyValue next();

  @Override
  void close();
}
