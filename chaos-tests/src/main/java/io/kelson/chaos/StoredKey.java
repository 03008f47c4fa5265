package io.kelson.chaos;

import io.kelson.api.mvcc.KeyValue;

/** A key as a member holds it, or as a watch reported it. */
public record StoredKey(
    String key, String value, long createRevision, long modRevision, long version) {
  static StoredKey of(KeyValue kv) {
    return new StoredKey(
        kv.getKey().toStringUtf8(),
        kv.getValue().toStringUtf8(),
        kv.getCreateRevision(),
        kv.getModRevision(),
        kv.getVersion());
  }
}
