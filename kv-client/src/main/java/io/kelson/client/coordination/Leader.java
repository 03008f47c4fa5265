package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;

/**
 * Who leads, as a candidate has proclaimed it.
 *
 * @param key the leader's key
 * @param value what the leader last said
 * @param fence the revision at which the leader's key was created: its fencing token
 * @param revision the revision of what it last said
 */
public record Leader(Bytes key, Bytes value, long fence, long revision) {
  static Leader of(KeyValue kv) {
    return new Leader(kv.key(), kv.value(), kv.createRevision(), kv.modRevision());
  }
}
