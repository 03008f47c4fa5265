package io.kelson.client;

import java.util.Objects;

/**
 * What a role may do with a key or with the keys in {@code [key, rangeEnd)}.
 *
 * @param type reading, writing or both
 * @param key the key, or the first of the range
 * @param rangeEnd the end, exclusive; empty for the single key, {@link Bytes#ZERO} for no end
 */
public record Permission(Type type, Bytes key, Bytes rangeEnd) {
  /** What is allowed. */
  public enum Type {
    /** May be read and watched. */
    READ,

    /** May be put and deleted. */
    WRITE,

    /** Both. */
    READWRITE
  }

  public Permission {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(rangeEnd, "rangeEnd");
  }

  /** On one key. */
  public static Permission key(Type type, Bytes key) {
    return new Permission(type, key, Bytes.EMPTY);
  }

  /** On every key that begins with {@code prefix}; the empty prefix is every key. */
  public static Permission prefix(Type type, Bytes prefix) {
    return new Permission(type, prefix.isEmpty() ? Bytes.ZERO : prefix, prefix.prefixEnd());
  }

  /** On every key from {@code key} on; the empty key is the first there is. */
  public static Permission fromKey(Type type, Bytes key) {
    return new Permission(type, key.isEmpty() ? Bytes.ZERO : key, Bytes.ZERO);
  }
}
