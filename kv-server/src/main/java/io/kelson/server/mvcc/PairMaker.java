package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;

/** Makes pairs, all with one builder. Not thread-safe. */
final class PairMaker {
  private static final int KEY = KeyValue.KEY_FIELD_NUMBER << 3 | 2;
  private static final int CREATE_REVISION = KeyValue.CREATE_REVISION_FIELD_NUMBER << 3;
  private static final int MOD_REVISION = KeyValue.MOD_REVISION_FIELD_NUMBER << 3;
  private static final int VERSION = KeyValue.VERSION_FIELD_NUMBER << 3;
  private static final int VALUE = KeyValue.VALUE_FIELD_NUMBER << 3 | 2;
  private static final int LEASE = KeyValue.LEASE_FIELD_NUMBER << 3;

  private final KeyValue.Builder pair = KeyValue.newBuilder();
  private final WireReader in = new WireReader();

  /** The pair that a put makes of the one before, which may be null. */
  KeyValue next(KeyValue previous, ByteString key, ByteString value, long lease, long revision) {
    return pair.setKey(key)
        .setCreateRevision(previous == null ? revision : previous.getCreateRevision())
        .setModRevision(revision)
        .setVersion(previous == null ? 1 : previous.getVersion() + 1)
        .setValue(value)
        .setLease(lease)
        .build();
  }

  /** The same as {@link Layout#keyValue}. */
  KeyValue decode(byte[] encoded) {
    in.reset(encoded);
    pair.clear();
    while (in.remaining() > 0) {
      switch (in.tag()) {
        case KEY -> pair.setKey(in.bytes());
        case CREATE_REVISION -> pair.setCreateRevision(in.number());
        case MOD_REVISION -> pair.setModRevision(in.number());
        case VERSION -> pair.setVersion(in.number());
        case VALUE -> pair.setValue(in.bytes());
        case LEASE -> pair.setLease(in.number());
        default -> in.giveUp();
      }
    }
    return in.gaveUp() ? Layout.keyValue(encoded) : pair.build();
  }
}
