package io.kelson.chaos.workload;

import io.kelson.chaos.history.FencedWrite;
import io.kelson.chaos.history.History;

/**
 * What a lock guards: it takes a write only with the newest fence it has seen, or a newer one.
 * Thread-safe; it sees one write at a time.
 */
final class FencedResource {
  private final History history;
  private long newest;

  FencedResource(History history) {
    this.history = history;
  }

  /** One write under a fence; whether it was taken. */
  synchronized boolean write(long client, long fence) {
    boolean accepted = fence >= newest;
    newest = Math.max(newest, fence);
    history.add(new FencedWrite(client, fence, accepted, history.now()));
    return accepted;
  }
}
