package io.kelson.server.watch;

/**
 * How much watching goes on, for metrics.
 *
 * @param streams open streams
 * @param watchers watchers on them
 * @param catchingUpWatchers those of them that are still behind the present
 * @param liveEvents events put in queues by the apply thread since the start
 * @param pastEvents events put in queues from history since the start
 */
public record WatchStats(
    int streams, int watchers, int catchingUpWatchers, long liveEvents, long pastEvents) {}
