package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;

/** Passes every event on to several listeners. */
record SnapshotListeners(List<SnapshotListener> listeners) implements SnapshotListener {
  @Override
  public void sending(long to, LogPosition position, long doneBytes, long totalBytes) {
    listeners.forEach(l -> l.sending(to, position, doneBytes, totalBytes));
  }

  @Override
  public void sent(long to, LogPosition position, long sentBytes, long totalBytes) {
    listeners.forEach(l -> l.sent(to, position, sentBytes, totalBytes));
  }

  @Override
  public void sendFailed(long to, SnapshotException cause, boolean retried) {
    listeners.forEach(l -> l.sendFailed(to, cause, retried));
  }

  @Override
  public void receiving(long from, LogPosition position, long doneBytes, long totalBytes) {
    listeners.forEach(l -> l.receiving(from, position, doneBytes, totalBytes));
  }

  @Override
  public void received(long from, LogPosition position, long receivedBytes, long totalBytes) {
    listeners.forEach(l -> l.received(from, position, receivedBytes, totalBytes));
  }

  @Override
  public void stagingNotCleared(IOException cause) {
    listeners.forEach(l -> l.stagingNotCleared(cause));
  }

  @Override
  public void receiveFailed(long from, SnapshotException cause) {
    listeners.forEach(l -> l.receiveFailed(from, cause));
  }
}
