package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import java.util.List;

/** The model store as it stands at one moment. */
interface View {
  /** The pair, or null if there is no such key. */
  KeyValue get(Bytes key);

  /**
   * The pairs in {@code [key, rangeEnd)}, by key.
   *
   * @param rangeEnd empty for the single key, {@link Bytes#ZERO} for no end
   */
  List<KeyValue> range(Bytes key, Bytes rangeEnd);

  /** Whether {@code candidate} is in {@code [key, rangeEnd)}. */
  static boolean contains(Bytes key, Bytes rangeEnd, Bytes candidate) {
    if (rangeEnd.isEmpty()) {
      return candidate.equals(key);
    }
    return candidate.compareTo(key) >= 0
        && (rangeEnd.equals(Bytes.ZERO) || candidate.compareTo(rangeEnd) < 0);
  }
}
