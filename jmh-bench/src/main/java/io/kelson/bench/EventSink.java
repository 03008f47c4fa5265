package io.kelson.bench;

/** What is made of an event that a watcher got. Called by all driver threads at once. */
interface EventSink {
  /** Counts the event in the tally of the stream that it came on. */
  void count(HeardEvent event, long nowNanos, Tally tally);

  /**
   * For events of values that begin with the moment of their put: how long they were on the way.
   */
  static void sinceStamp(HeardEvent event, long nowNanos, Tally tally) {
    if (event.isPut() && event.isStamped()) {
      tally.succeeded(event.stamp(), nowNanos);
    } else {
      tally.failed("driver: an event that is no put of this load", nowNanos);
    }
  }
}
