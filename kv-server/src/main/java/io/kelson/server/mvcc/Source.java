package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;

/** The keys as they were at one revision: what a range request is evaluated on. */
interface Source {
  /** The pair under a key, or null. */
  KeyValue get(ByteString key);

  /** Walks a range. */
  Cursor cursor(KeyRange range);

  /** Walks a range without taking its pairs apart. */
  EncodedCursor encodedCursor(KeyRange range);

  /** How many keys the range holds. */
  long count(KeyRange range);
}
