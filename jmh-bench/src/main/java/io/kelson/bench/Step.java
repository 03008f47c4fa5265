package io.kelson.bench;

import java.util.List;

/**
 * One measured load of a side-by-side run.
 *
 * @param operation what is asked
 * @param clients by how many at once
 * @param connections over how many connections
 */
record Step(Operation operation, int clients, int connections) {
  /** One alone for latency, 64 as a busy service, 1000 for saturation. */
  static final List<Step> ALL =
      List.of(
          new Step(Operation.PUT, 1, 1),
          new Step(Operation.PUT, 64, 8),
          new Step(Operation.PUT, 1000, 100),
          new Step(Operation.RANGE_LINEARIZABLE, 1, 1),
          new Step(Operation.RANGE_LINEARIZABLE, 64, 8),
          new Step(Operation.RANGE_LINEARIZABLE, 1000, 100),
          new Step(Operation.RANGE_SERIALIZABLE, 1, 1),
          new Step(Operation.RANGE_SERIALIZABLE, 64, 8),
          new Step(Operation.RANGE_SERIALIZABLE, 1000, 100));

  /** What is asked of a server. */
  enum Operation {
    PUT,
    RANGE_LINEARIZABLE,
    RANGE_SERIALIZABLE;

    Script workload(KeySpace keys, int valueBytes) {
      return switch (this) {
        case PUT -> new PutWorkload(keys, valueBytes, false);
        case RANGE_LINEARIZABLE -> new RangeWorkload(keys, false);
        case RANGE_SERIALIZABLE -> new RangeWorkload(keys, true);
      };
    }
  }

  /** Its name in tables. */
  String label() {
    String what =
        switch (operation) {
          case PUT -> "put";
          case RANGE_LINEARIZABLE -> "range, linearizable";
          case RANGE_SERIALIZABLE -> "range, serializable";
        };
    return what + ", " + clients + (clients == 1 ? " client" : " clients");
  }
}
