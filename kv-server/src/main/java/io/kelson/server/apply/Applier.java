package io.kelson.server.apply;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.runtime.StateMachine;
import io.kelson.server.mvcc.EventListener;
import io.kelson.server.mvcc.MvccStore;
import java.util.List;

/**
 * Turns committed log entries into state changes and answers.
 *
 * <p>A function of the entries: it looks at no clock, draws no number and reads nothing but the
 * store. After each group the order is: write, publish the view, report results in log order, let
 * the waiters be woken, tell the listener of the events.
 */
public final class Applier implements StateMachine {
  /**
   * @param clusterId for response headers
   * @param memberId this member, for response headers
   * @param results where outcomes go
   * @param events who hears of changes
   */
  public Applier(
      MvccStore store, long clusterId, long memberId, ApplyResults results, EventListener events) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogPosition applied() {
    throw new UnsupportedOperationException();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if an entry cannot be decoded or is of a newer version
   * @throws io.kelson.server.mvcc.StoreException if the store cannot be written
   */
  @Override
  public void apply(List<Entry> entries) {
    throw new UnsupportedOperationException();
  }
}
