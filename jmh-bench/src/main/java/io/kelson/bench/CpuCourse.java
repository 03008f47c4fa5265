package io.kelson.bench;

/**
 * How the CPU time of some processes grew.
 *
 * @param nanos when it was read, of {@link System#nanoTime()}, ascending
 * @param micros what was read then
 */
record CpuCourse(long[] nanos, long[] micros) {
  static final CpuCourse UNKNOWN = new CpuCourse(new long[0], new long[0]);

  boolean known() {
    return nanos.length >= 2;
  }

  /** What was used between two moments, as if evenly between two readings. */
  double microsBetween(long fromNanos, long toNanos) {
    return at(toNanos) - at(fromNanos);
  }

  private double at(long nowNanos) {
    if (nowNanos - nanos[0] <= 0) {
      return micros[0];
    }
    for (int i = 1; i < nanos.length; i++) {
      if (nowNanos - nanos[i] < 0) {
        double share = (double) (nowNanos - nanos[i - 1]) / (nanos[i] - nanos[i - 1]);
        return micros[i - 1] + share * (micros[i] - micros[i - 1]);
      }
    }
    return micros[micros.length - 1];
  }
}
