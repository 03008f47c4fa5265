package io.kelson.client;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before going round the endpoints once more. */
final class Backoff {
  private static final long FIRST_MILLIS = 25;
  private static final long LONGEST_MILLIS = 500;

  private Backoff() {}

  /**
   * The wait before attempt number {@code attempt} (the first is 0): none within a round, then a
   * doubling one, a tenth of it random so that many clients do not return in step.
   */
  static long beforeAttemptMillis(int attempt, int endpoints) {
    if (attempt % endpoints != 0 || attempt == 0) {
      return 0;
    }
    int round = Math.min(attempt / endpoints - 1, 10);
    long wait = Math.min(FIRST_MILLIS << round, LONGEST_MILLIS);
    return wait + ThreadLocalRandom.current().nextLong(wait / 10 + 1);
  }
}
