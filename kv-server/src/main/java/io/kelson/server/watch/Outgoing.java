package io.kelson.server.watch;

import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import java.util.Queue;
import java.util.function.LongFunction;

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
  void encode(
      LongFunction<ResponseHeader> headers, long fragmentBytes, Queue<WatchResponse> responses);
}
