package io.kelson.chaos.cluster;

/** A cluster that counts what its links did to the bytes on them; may be asked from any thread. */
public interface LinkStats {
  /** What has happened so far to the bytes from one member to another. */
  Counts counts(int from, int to);

  /**
   * Totals since the cluster was made.
   *
   * @param bytes that have passed
   * @param chunks in which they passed
   * @param heldMillis how long the chunks were held, all together
   * @param resets connections that were reset, by chance, in place of a chunk
   * @param halfCloses connections that were closed in this direction in place of a chunk
   */
  record Counts(long bytes, long chunks, long heldMillis, long resets, long halfCloses) {
    /** What was added since then. */
    public Counts since(Counts then) {
      return new Counts(
          bytes - then.bytes,
          chunks - then.chunks,
          heldMillis - then.heldMillis,
          resets - then.resets,
          halfCloses - then.halfCloses);
    }

    /** Both together. */
    public Counts plus(Counts other) {
      return new Counts(
          bytes + other.bytes,
          chunks + other.chunks,
          heldMillis + other.heldMillis,
          resets + other.resets,
          halfCloses + other.halfCloses);
    }
  }
}
