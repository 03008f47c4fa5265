package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.util.Arrays;

/** An event where it stands in a message. One object shows one event after the other. */
final class HeardEvent {
  private final WireReader outer = new WireReader();
  private final WireReader inner = new WireReader();
  private byte[] bytes;
  private boolean put;
  private long modRevision;
  private int keyAt;
  private int keyEnd;
  private int valueAt;
  private int valueEnd;

  /** Shows the event that these bytes are. */
  void show(byte[] message, int from, int to) {
    bytes = message;
    put = true;
    modRevision = 0;
    keyAt = 0;
    keyEnd = 0;
    valueAt = 0;
    valueEnd = 0;
    outer.reset(message, from, to);
    while (outer.next()) {
      switch (outer.field()) {
        case Event.TYPE_FIELD_NUMBER -> put = outer.varint() == Event.EventType.PUT_VALUE;
        case Event.KV_FIELD_NUMBER -> {
          int length = outer.bytes();
          showPair(outer.position() - length, outer.position());
        }
        default -> outer.skip();
      }
    }
  }

  private void showPair(int from, int to) {
    inner.reset(bytes, from, to);
    while (inner.next()) {
      switch (inner.field()) {
        case KeyValue.MOD_REVISION_FIELD_NUMBER -> modRevision = inner.varint();
        case KeyValue.KEY_FIELD_NUMBER -> {
          keyAt = inner.bytes();
          keyEnd = inner.position();
          keyAt = keyEnd - keyAt;
        }
        case KeyValue.VALUE_FIELD_NUMBER -> {
          valueAt = inner.bytes();
          valueEnd = inner.position();
          valueAt = valueEnd - valueAt;
        }
        default -> inner.skip();
      }
    }
  }

  /** A put, else a deletion. */
  boolean isPut() {
    return put;
  }

  long modRevision() {
    return modRevision;
  }

  /** Whether its key is this one. */
  boolean hasKey(byte[] key) {
    return Arrays.equals(bytes, keyAt, keyEnd, key, 0, key.length);
  }

  ByteString key() {
    return ByteString.copyFrom(bytes, keyAt, keyEnd - keyAt);
  }

  /** Whether its value is long enough to begin with a stamp. */
  boolean isStamped() {
    return valueEnd - valueAt >= Long.BYTES;
  }

  /** The number that its value begins with. */
  long stamp() {
    return Values.stamp(bytes, valueAt);
  }
}
