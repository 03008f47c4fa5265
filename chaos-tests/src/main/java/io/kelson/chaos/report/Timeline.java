package io.kelson.chaos.report;

import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * A run's operations by the time at which they began.
 *
 * @param bucketSeconds how long each bucket is
 * @param buckets from the beginning of the run
 */
record Timeline(double bucketSeconds, List<Bucket> buckets) {
  private static final int MOST_BUCKETS = 120;
  private static final double[] WIDTHS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600};

  /**
   * What began in one stretch of time.
   *
   * @param ok how many were answered
   * @param failed how many certainly had no effect
   * @param unknown how many may have had one
   * @param p50Millis the median time to an answer, of those answered; 0 if none was
   * @param p99Millis what one in a hundred took longer than
   * @param maxMillis the longest
   */
  record Bucket(
      int ok, int failed, int unknown, double p50Millis, double p99Millis, double maxMillis) {
    int all() {
      return ok + failed + unknown;
    }
  }

  Timeline {
    buckets = List.copyOf(buckets);
  }

  static Timeline of(List<Operation> operations) {
    long last = operations.stream().mapToLong(Operation::startNanos).max().orElse(0);
    double width = WIDTHS[WIDTHS.length - 1];
    for (int i = WIDTHS.length - 1; i >= 0 && last / 1e9 / WIDTHS[i] <= MOST_BUCKETS; i--) {
      width = WIDTHS[i];
    }
    List<List<Operation>> parts = new ArrayList<>();
    for (int i = 0; i <= last / 1e9 / width; i++) {
      parts.add(new ArrayList<>());
    }
    for (Operation operation : operations) {
      parts.get((int) (operation.startNanos() / 1e9 / width)).add(operation);
    }
    return new Timeline(width, parts.stream().map(Timeline::bucket).toList());
  }

  private static Bucket bucket(List<Operation> operations) {
    long[] nanos =
        operations.stream()
            .filter(operation -> operation.status() == Status.OK)
            .mapToLong(operation -> operation.endNanos() - operation.startNanos())
            .sorted()
            .toArray();
    return new Bucket(
        nanos.length,
        count(operations, Status.FAILED),
        count(operations, Status.UNKNOWN),
        quantile(nanos, 0.5),
        quantile(nanos, 0.99),
        quantile(nanos, 1));
  }

  private static int count(List<Operation> operations, Status status) {
    return (int) operations.stream().filter(operation -> operation.status() == status).count();
  }

  /** Of sorted times, in milliseconds; 0 of none. */
  private static double quantile(long[] nanos, double share) {
    if (nanos.length == 0) {
      return 0;
    }
    int index = (int) Math.ceil(share * nanos.length) - 1;
    return nanos[Math.max(0, index)] / 1e6;
  }

  /** Over the whole run. */
  static Bucket whole(List<Operation> operations) {
    return bucket(operations);
  }

  double seconds() {
    return buckets.size() * bucketSeconds;
  }

  double mostPerSecond() {
    return buckets.stream().mapToInt(Bucket::all).max().orElse(0) / bucketSeconds;
  }

  double longestMillis() {
    return buckets.stream().mapToDouble(Bucket::maxMillis).max().orElse(0);
  }
}
