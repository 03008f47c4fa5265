package io.kelson.raft.transport;

import java.util.random.RandomGenerator;

/**
 * How long to pause between attempts: doubling from the shortest pause to the longest.
 *
 * <p>Each pause is cut by up to half, by chance, so that members that lost each other at the same
 * moment do not keep meeting at the same moment.
 */
record Backoff(long minMillis, long maxMillis) {
  /** The pause after that many earlier failures in a row, at least 1 ms. */
  long pauseMillis(int failures, RandomGenerator random) {
    long longest = longestMillis(failures);
    return Math.max(1, longest - random.nextLong(longest / 2 + 1));
  }

  private long longestMillis(int failures) {
    // Compared by division, because the product may not fit.
    return failures >= Long.SIZE - 2 || minMillis > maxMillis >> failures
        ? maxMillis
        : minMillis << failures;
  }
}
