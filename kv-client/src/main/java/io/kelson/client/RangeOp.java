package io.kelson.client;

import java.util.Objects;

/**
 * A read of one key or of the keys in {@code [key, rangeEnd)}.
 *
 * @param key the first key; the server refuses an empty one
 * @param rangeEnd the end, exclusive; empty for the single key, {@link Bytes#ZERO} for no end
 * @param limit at most this many keys; 0 for all
 * @param revision the revision to read at; 0 for now
 * @param sortOrder in which direction
 * @param sortTarget by what
 * @param serializable true: the member answers from what it has, possibly stale, even without a
 *     quorum; false: linearizable
 * @param keysOnly leave the values out
 * @param countOnly only count
 * @param minModRevision drop keys changed before; 0 for off, as the next three
 * @param maxModRevision drop keys changed after
 * @param minCreateRevision drop keys created before
 * @param maxCreateRevision drop keys created after
 */
public record RangeOp(
    Bytes key,
    Bytes rangeEnd,
    long limit,
    long revision,
    SortOrder sortOrder,
    SortTarget sortTarget,
    boolean serializable,
    boolean keysOnly,
    boolean countOnly,
    long minModRevision,
    long maxModRevision,
    long minCreateRevision,
    long maxCreateRevision)
    implements Op {

  /** The direction of a sorted reply. */
  public enum SortOrder {
    /** As the store has them, which is by key. */
    NONE,

    /** Smallest first. */
    ASCEND,

    /** Largest first. */
    DESCEND
  }

  /** What a reply is sorted by. */
  public enum SortTarget {
    /** By key, byte by byte. */
    KEY,

    /** By how often they were written. */
    VERSION,

    /** By the revision they were created at. */
    CREATE,

    /** By the revision they were last written at. */
    MOD,

    /** By value, byte by byte. */
    VALUE
  }

  public RangeOp {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(rangeEnd, "rangeEnd");
  }

  /** The read of one key, linearizable, now. */
  public static RangeOp key(Bytes key) {
    return builder(key).build();
  }

  /** The read of every key that begins with {@code prefix}, linearizable, now. */
  public static RangeOp prefix(Bytes prefix) {
    return builder(prefix).prefix().build();
  }

  /** Starts with the read of one key. */
  public static Builder builder(Bytes key) {
    return new Builder(key);
  }

  @Override
  public Kind kind() {
    return Kind.RANGE;
  }

  /** Collects the options of a read. Not thread-safe. */
  public static final class Builder {
    private Bytes key;
    private Bytes rangeEnd = Bytes.EMPTY;
    private long limit;
    private long revision;
    private SortOrder sortOrder = SortOrder.NONE;
    private SortTarget sortTarget = SortTarget.KEY;
    private boolean serializable;
    private boolean keysOnly;
    private boolean countOnly;
    private long minModRevision;
    private long maxModRevision;
    private long minCreateRevision;
    private long maxCreateRevision;

    private Builder(Bytes key) {
      this.key = key;
    }

    /** Reads up to {@code rangeEnd}, exclusive. */
    public Builder rangeEnd(Bytes end) {
      this.rangeEnd = end;
      return this;
    }

    /** Reads every key that begins with the key; the empty prefix is every key. */
    public Builder prefix() {
      rangeEnd = key.prefixEnd();
      key = key.isEmpty() ? Bytes.ZERO : key;
      return this;
    }

    /** Reads every key from the key on; the empty key is the first there is. */
    public Builder fromKey() {
      rangeEnd = Bytes.ZERO;
      key = key.isEmpty() ? Bytes.ZERO : key;
      return this;
    }

    /** Returns at most {@code limit} keys; 0 for all. */
    public Builder limit(long limit) {
      this.limit = limit;
      return this;
    }

    /** Reads at {@code revision}; 0 for now. */
    public Builder revision(long revision) {
      this.revision = revision;
      return this;
    }

    /** Sorts the reply. */
    public Builder sort(SortTarget target, SortOrder order) {
      this.sortTarget = target;
      this.sortOrder = order;
      return this;
    }

    /** Lets the member answer from what it has, possibly stale. */
    public Builder serializable(boolean serializable) {
      this.serializable = serializable;
      return this;
    }

    /** Leaves the values out. */
    public Builder keysOnly(boolean keysOnly) {
      this.keysOnly = keysOnly;
      return this;
    }

    /** Only counts. */
    public Builder countOnly(boolean countOnly) {
      this.countOnly = countOnly;
      return this;
    }

    /** Keeps keys changed in {@code [min, max]}, both inclusive; 0 leaves a side open. */
    public Builder modRevisions(long min, long max) {
      this.minModRevision = min;
      this.maxModRevision = max;
      return this;
    }

    /** Keeps keys created in {@code [min, max]}, both inclusive; 0 leaves a side open. */
    public Builder createRevisions(long min, long max) {
      this.minCreateRevision = min;
      this.maxCreateRevision = max;
      return this;
    }

    /** The finished read. */
    public RangeOp build() {
      return new RangeOp(
          key,
          rangeEnd,
          limit,
          revision,
          sortOrder,
          sortTarget,
          serializable,
          keysOnly,
          countOnly,
          minModRevision,
          maxModRevision,
          minCreateRevision,
          maxCreateRevision);
    }
  }
}
