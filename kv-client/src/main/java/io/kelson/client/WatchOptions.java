package io.kelson.client;

import java.util.Objects;

/**
 * What to watch, and how.
 *
 * @param key the key, or the first of a range
 * @param rangeEnd the end, exclusive; empty for the single key, {@link Bytes#ZERO} for no end
 * @param startRevision the first revision wanted, inclusive; 0 for what comes after now
 * @param prevKv events carry what the key held before
 * @param progressNotify the server says from time to time how far it got, also without events
 * @param noPut leave puts out
 * @param noDelete leave deletions out
 */
public record WatchOptions(
    Bytes key,
    Bytes rangeEnd,
    long startRevision,
    boolean prevKv,
    boolean progressNotify,
    boolean noPut,
    boolean noDelete) {

  public WatchOptions {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(rangeEnd, "rangeEnd");
  }

  /** Starts with a watch on one key, from now on. */
  public static Builder builder(Bytes key) {
    return new Builder(key);
  }

  /** Collects the options of a watch. Not thread-safe. */
  public static final class Builder {
    private Bytes key;
    private Bytes rangeEnd = Bytes.EMPTY;
    private long startRevision;
    private boolean prevKv;
    private boolean progressNotify;
    private boolean noPut;
    private boolean noDelete;

    private Builder(Bytes key) {
      this.key = key;
    }

    /** Watches up to {@code rangeEnd}, exclusive. */
    public Builder rangeEnd(Bytes end) {
      this.rangeEnd = end;
      return this;
    }

    /** Watches every key that begins with the key; the empty prefix is every key. */
    public Builder prefix() {
      rangeEnd = key.prefixEnd();
      key = key.isEmpty() ? Bytes.ZERO : key;
      return this;
    }

    /** Begins at {@code revision}, inclusive; 0 for what comes after now. */
    public Builder startRevision(long revision) {
      this.startRevision = revision;
      return this;
    }

    /** Events carry what the key held before. */
    public Builder prevKv(boolean ask) {
      this.prevKv = ask;
      return this;
    }

    /** The server says from time to time how far it got. */
    public Builder progressNotify(boolean ask) {
      this.progressNotify = ask;
      return this;
    }

    /** Leaves puts out. */
    public Builder noPut(boolean leaveOut) {
      this.noPut = leaveOut;
      return this;
    }

    /** Leaves deletions out. */
    public Builder noDelete(boolean leaveOut) {
      this.noDelete = leaveOut;
      return this;
    }

    /** The finished options. */
    public WatchOptions build() {
      return new WatchOptions(
          key, rangeEnd, startRevision, prevKv, progressNotify, noPut, noDelete);
    }
  }
}
