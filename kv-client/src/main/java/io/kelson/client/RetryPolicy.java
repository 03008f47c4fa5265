package io.kelson.client;

import java.time.Duration;

/**
 * How often a request goes on to another endpoint, and how long it waits between two rounds.
 *
 * <p>Whether a request may go on at all is not a matter of policy: see {@link KelsonClient}. A
 * watch and a lease's keep-alive go on for ever and take only the waits from here.
 *
 * @param firstWait after the first round over all endpoints; it doubles with each round, plus up to
 *     a tenth at random
 * @param longestWait where the doubling ends
 * @param maxAttempts how often a request is sent at most, at least 1
 */
public record RetryPolicy(Duration firstWait, Duration longestWait, int maxAttempts) {
  /** From 25 ms to 500 ms, until the request timeout is over. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(Duration.ofMillis(25), Duration.ofMillis(500), Integer.MAX_VALUE);

  /** Every request is sent once. */
  public static final RetryPolicy NEVER = DEFAULT.withMaxAttempts(1);

  public RetryPolicy {
    if (firstWait.isNegative() || longestWait.compareTo(firstWait) < 0) {
      throw new IllegalArgumentException(
          "waits from "
              + firstWait
              + " to "
              + longestWait
              + ": the second must not be the shorter");
    }
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts is " + maxAttempts + ": give at least 1");
    }
  }

  /** The same with another number of attempts. */
  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(firstWait, longestWait, attempts);
  }
}
