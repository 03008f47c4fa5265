package io.kelson.bench;

import java.util.function.BooleanSupplier;

/**
 * One stretch of load as one event loop carries it.
 *
 * @param startNanos when it began, of {@link System#nanoTime()}
 * @param endNanos no operation starts after this moment
 * @param maxOperations nor after this many
 * @param over nor once this is so; asked before each operation
 * @param clients the closed loop's clients on this event loop; 0 in an open loop
 * @param ratePerSecond the open loop's arrivals on this event loop; 0 in a closed loop
 * @param maxInFlight the open loop's bound on unanswered operations
 */
record Phase(
    long startNanos,
    long endNanos,
    long maxOperations,
    BooleanSupplier over,
    int clients,
    double ratePerSecond,
    int maxInFlight) {

  /** A stretch whose end is known from the start. */
  Phase(
      long startNanos,
      long endNanos,
      long maxOperations,
      int clients,
      double ratePerSecond,
      int maxInFlight) {
    this(startNanos, endNanos, maxOperations, () -> false, clients, ratePerSecond, maxInFlight);
  }
}
