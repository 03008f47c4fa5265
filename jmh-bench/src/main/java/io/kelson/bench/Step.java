package io.kelson.bench;

import io.kelson.bench.Goal.Figure;
import java.util.List;

/**
 * One measured load of a side-by-side run.
 *
 * @param operation what is asked
 * @param clients by how many at once
 * @param connections over how many connections
 * @param goals what the second side is to reach beside the first; may be none
 */
record Step(Operation operation, int clients, int connections, List<Goal> goals) {
  private static final Goal CHEAP = new Goal(Figure.CPU, 0.6);

  /**
   * 64 clients as a busy service and 1000 for saturation, then one alone for latency. Those come
   * behind the many: with few operations, they would be charged most for what a server of a JVM
   * still compiles.
   */
  static final List<Step> ALL =
      List.of(
          busy(Operation.PUT, atLeast(1.6), CHEAP),
          crowd(Operation.PUT, atLeast(2), CHEAP),
          busy(Operation.RANGE_LINEARIZABLE, atLeast(1.8), CHEAP),
          crowd(Operation.RANGE_LINEARIZABLE, atLeast(1.8), CHEAP),
          busy(Operation.RANGE_SERIALIZABLE, atLeast(1.8), CHEAP),
          crowd(Operation.RANGE_SERIALIZABLE, atLeast(1.8), CHEAP),
          busy(Operation.TXN_PUT, atLeast(1.6)),
          new Step(Operation.WATCH, 1, 8, List.of(atLeast(2.5), new Goal(Figure.CPU, 0.4))),
          busy(Operation.LEASE_KEEPALIVE, atLeast(1.5)),
          busy(Operation.LEASE_EXPIRY, new Goal(Figure.LONGEST, 0.15)),
          alone(Operation.PUT, new Goal(Figure.P50, 0.8)),
          alone(Operation.RANGE_LINEARIZABLE),
          alone(Operation.RANGE_SERIALIZABLE),
          alone(Operation.PAGE, atLeast(5)),
          alone(Operation.COUNT, atLeast(100)));

  /** What is asked of a server. */
  enum Operation {
    PUT,
    RANGE_LINEARIZABLE,
    RANGE_SERIALIZABLE,
    TXN_PUT,
    WATCH,
    LEASE_KEEPALIVE,
    LEASE_EXPIRY,
    PAGE,
    COUNT;

    /** Those that a cluster is warmed up with. */
    static final List<Operation> WARM_UP =
        List.of(PUT, RANGE_LINEARIZABLE, RANGE_SERIALIZABLE, TXN_PUT, WATCH, LEASE_KEEPALIVE);

    /** Whether it takes the keys that are only listed. */
    boolean lists() {
      return this == PAGE || this == COUNT;
    }
  }

  /** Its name in tables. */
  String label(Sizes sizes) {
    String who = ", " + clients + (clients == 1 ? " client" : " clients");
    return switch (operation) {
      case PUT -> "put" + who;
      case RANGE_LINEARIZABLE -> "range, linearizable" + who;
      case RANGE_SERIALIZABLE -> "range, serializable" + who;
      case TXN_PUT -> "txn compare and put" + who;
      case WATCH -> "watch, 1 writer, " + sizes.watchers() + " watchers";
      case LEASE_KEEPALIVE ->
          "keepalives of " + sizes.leases() + " leases, " + clients + " at once";
      case LEASE_EXPIRY -> "expiry of " + sizes.leases() + " leases";
      case PAGE -> "page of " + sizes.page() + " in " + sizes.listed().size() + " keys" + who;
      case COUNT -> "count of " + sizes.listed().size() + " keys" + who;
    };
  }

  private static Goal atLeast(double times) {
    return new Goal(Figure.THROUGHPUT, times);
  }

  private static Step alone(Operation operation, Goal... goals) {
    return new Step(operation, 1, 1, List.of(goals));
  }

  private static Step busy(Operation operation, Goal... goals) {
    return new Step(operation, 64, 8, List.of(goals));
  }

  private static Step crowd(Operation operation, Goal... goals) {
    return new Step(operation, 1000, 100, List.of(goals));
  }
}
