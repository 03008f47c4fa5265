package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;

/** Hears how transfers go, on their threads; must return at once. */
public interface SnapshotListener {
  /** Hears nothing. */
  SnapshotListener NONE = new SnapshotListener() {};

  /**
   * A connection was made, or some more was sent.
   *
   * @param doneBytes how much the receiver has, what it need not be sent included
   */
  default void sending(long to, LogPosition position, long doneBytes, long totalBytes) {}

  /**
   * The receiver installed it.
   *
   * @param sentBytes what had to be sent, over all connections
   */
  default void sent(long to, LogPosition position, long sentBytes, long totalBytes) {}

  /** A connection failed, and another attempt follows or not. */
  default void sendFailed(long to, SnapshotException cause, boolean retried) {}

  /** It was decided what has to be received, or some more was. */
  default void receiving(long from, LogPosition position, long doneBytes, long totalBytes) {}

  /** It arrived whole and was installed. */
  default void received(long from, LogPosition position, long receivedBytes, long totalBytes) {}

  /** What was staged could not be deleted; it takes up room until the next transfer or start. */
  default void stagingNotCleared(IOException cause) {}

  /** An incoming transfer ended without that. */
  default void receiveFailed(long from, SnapshotException cause) {}

  /** One listener that passes everything on to each of these, in this order. */
  static SnapshotListener all(List<SnapshotListener> listeners) {
    return new SnapshotListeners(List.copyOf(listeners));
  }
}
