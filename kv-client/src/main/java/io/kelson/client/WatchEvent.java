package io.kelson.client;

import java.util.Optional;

/**
 * One change of one key.
 *
 * @param type put or deletion
 * @param kv the key as it is now; of a deleted one only key and mod revision are set
 * @param prevKv what it held before, if asked for and if there was something
 */
public record WatchEvent(Type type, KeyValue kv, Optional<KeyValue> prevKv) {
  /** The kinds of change. */
  public enum Type {
    /** The key was written. */
    PUT,

    /** The key was deleted, by a request or with its lease. */
    DELETE
  }
}
