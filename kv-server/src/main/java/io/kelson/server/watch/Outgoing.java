package io.kelson.server.watch;

import java.util.Queue;

/** Something that waits in a stream's queue: a reply, or events of one watcher. */
sealed interface Outgoing permits EventBatch, Reply {
  /** Bytes of events it keeps in memory. */
  long eventBytes();

  /**
   * Adds the responses it becomes, in order.
   *
   * @param headers makes the header for a revision
   * @param fragmentBytes where to split, for watchers that allow it
   */
  void encode(HeaderFields headers, long fragmentBytes, Queue<WatchAnswer> answers);
}
