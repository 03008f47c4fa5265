package io.kelson.client;

import java.util.Objects;

/**
 * A write of one key.
 *
 * @param key the key; the server refuses an empty one
 * @param value the value; must be empty with {@code ignoreValue}
 * @param lease the lease the key is to hang on; 0 for none; must be 0 with {@code ignoreLease}
 * @param prevKv ask for what stood there before
 * @param ignoreValue keep the value; fails when the key does not exist
 * @param ignoreLease keep the lease; fails when the key does not exist
 */
public record PutOp(
    Bytes key, Bytes value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
    implements Op {

  public PutOp {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /** The plain write. */
  public static PutOp of(Bytes key, Bytes value) {
    return new PutOp(key, value, 0, false, false, false);
  }

  /** Starts with the plain write. */
  public static Builder builder(Bytes key, Bytes value) {
    return new Builder(key, value);
  }

  @Override
  public Kind kind() {
    return Kind.PUT;
  }

  /** Collects the options of a write. Not thread-safe. */
  public static final class Builder {
    private final Bytes key;
    private final Bytes value;
    private long lease;
    private boolean prevKv;
    private boolean ignoreValue;
    private boolean ignoreLease;

    private Builder(Bytes key, Bytes value) {
      this.key = key;
      this.value = value;
    }

    /** Hangs the key on {@code lease}; 0 for none. */
    public Builder lease(long lease) {
      this.lease = lease;
      return this;
    }

    /** Asks for what stood there before. */
    public Builder prevKv(boolean prevKv) {
      this.prevKv = prevKv;
      return this;
    }

    /** Keeps the value. */
    public Builder ignoreValue(boolean ignoreValue) {
      this.ignoreValue = ignoreValue;
      return this;
    }

    /** Keeps the lease. */
    public Builder ignoreLease(boolean ignoreLease) {
      this.ignoreLease = ignoreLease;
      return this;
    }

    /** The finished write. */
    public PutOp build() {
      return new PutOp(key, value, lease, prevKv, ignoreValue, ignoreLease);
    }
  }
}
