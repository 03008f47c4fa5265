package io.kelson.server.watch;

/**
 * How much watching goes on, for metrics.
 *
 * @param streams open streams
 * @param watchers watchers on them
 * @param catchingUpWatchers those of them that are still behind the present
 * @param liveEvents events put in queues by the apply thread since the start
 * @param pastEvents events put in queues from history since the start
 * @param queuedBytes bytes of events in queues, waiting for clients to take them
 */
public record WatchStats(
    int streams,
    int watchers,
    int catchingUpWatchers,
    long liveEvents,
    long pastEvents,
    long queuedBytes) {
  WatchStats withQueuedBytes(long bytes) {
    return new WatchStats(streams, watchers, catchingUpWatchers, liveEvents, pastEvents, bytes);
  }
}
