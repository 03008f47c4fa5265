package io.kelson.client;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before going round the endpoints once more. Immutable. */
final class Backoff {
  /** More doublings than anybody waits for, and fewer than overflow. */
  private static final int MOST_DOUBLINGS = 20;

  private final RetryPolicy policy;

  Backoff(RetryPolicy policy) {
    this.policy = policy;
  }

  boolean mayAttempt(int attempts) {
    return attempts < policy.maxAttempts();
  }

  /**
   * The wait before attempt number {@code attempt} (the first is 0): none within a round, then a
   * doubling one, a tenth of it random so that many clients do not return in step.
   */
  long beforeAttemptMillis(int attempt, int endpoints) {
    if (attempt % endpoints != 0 || attempt == 0) {
      return 0;
    }
    int doublings = Math.min(attempt / endpoints - 1, MOST_DOUBLINGS);
    long longest = policy.longestWait().toMillis();
    long first = Math.min(policy.firstWait().toMillis(), longest);
    long wait = first > longest >> doublings ? longest : first << doublings;
    return wait + ThreadLocalRandom.current().nextLong(wait / 10 + 1);
  }
}
