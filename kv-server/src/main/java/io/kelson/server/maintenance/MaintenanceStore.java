package io.kelson.server.maintenance;

import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import java.util.function.Consumer;

/**
 * Where the present state of alarms is found. The apply thread replaces it; any thread reads it, at
 * the cost of a volatile read.
 */
public final class MaintenanceStore {
  private volatile MaintenanceState current;
  private volatile Consumer<HashPoint> hashes = point -> {};

  /** Reads what a store holds. */
  public MaintenanceStore(MvccStore store) {
    replaced(store);
  }

  /** The state as of the last group of entries applied. Any thread. */
  public MaintenanceState current() {
    return current;
  }

  /** Shows everybody what has been written. Apply thread only. */
  public void publish(MaintenanceState state) {
    current = state;
  }

  /** A checksum is wanted as of that point, which has just been applied. Apply thread only. */
  public void hashWanted(HashPoint point) {
    hashes.accept(point);
  }

  /**
   * Says who takes checksums; once.
   *
   * @param taker called on the apply thread; must return at once
   */
  public void takeHashesWith(Consumer<HashPoint> taker) {
    hashes = taker;
  }

  /** A snapshot has taken the place of the store's state. Apply thread only. */
  public void replaced(MvccStore store) {
    try (StoreView view = store.acquireView()) {
      current = MaintenanceRows.read(view.metaRows(MaintenanceRows.PREFIX));
    }
  }
}
