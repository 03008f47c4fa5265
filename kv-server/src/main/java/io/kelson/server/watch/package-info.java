/**
 * Watches: who wants to hear of which keys, and how they hear of every change exactly once.
 *
 * <p>Start at {@link io.kelson.server.watch.WatchHub}. The apply thread hands it each applied
 * revision; it finds the interested watchers in a {@code WatcherIndex} and puts their events in the
 * queue of their {@link io.kelson.server.watch.WatchStream}, which a task on the stream's own event
 * loop empties into a {@link io.kelson.server.watch.WatchSink} as fast as the client reads. A
 * watcher that starts in the past, or whose stream's queue is full, is read forward from history by
 * {@code CatchUp} in the background until it has reached the present.
 */
package io.kelson.server.watch;
