package io.kelson.client;

import java.util.Objects;

/**
 * The deletion of one key or of the keys in {@code [key, rangeEnd)}.
 *
 * @param key the first key; the server refuses an empty one
 * @param rangeEnd the end, exclusive; empty for the single key, {@link Bytes#ZERO} for no end
 * @param prevKv ask for what was deleted
 */
public record DeleteOp(Bytes key, Bytes rangeEnd, boolean prevKv) implements Op {

  public DeleteOp {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(rangeEnd, "rangeEnd");
  }

  /** The deletion of one key. */
  public static DeleteOp key(Bytes key) {
    return new DeleteOp(key, Bytes.EMPTY, false);
  }

  /** The deletion of every key that begins with {@code prefix}; the empty prefix is every key. */
  public static DeleteOp prefix(Bytes prefix) {
    return new DeleteOp(prefix.isEmpty() ? Bytes.ZERO : prefix, prefix.prefixEnd(), false);
  }

  /** The deletion of every key from {@code key} on; the empty key is the first there is. */
  public static DeleteOp fromKey(Bytes key) {
    return new DeleteOp(key.isEmpty() ? Bytes.ZERO : key, Bytes.ZERO, false);
  }

  /** The same, asking or not for what was deleted. */
  public DeleteOp withPrevKv(boolean ask) {
    return new DeleteOp(key, rangeEnd, ask);
  }

  @Override
  public Kind kind() {
    return Kind.DELETE;
  }
}
