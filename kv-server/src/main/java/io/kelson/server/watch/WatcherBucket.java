package io.kelson.server.watch;

import java.util.ArrayList;

/** Watchers of exactly the same keys, in no order; leaving takes constant time. */
final class WatcherBucket implements Watchers {
  private final ArrayList<Watcher> watchers = new ArrayList<>(2);

  /** Adds one and returns the slot it has to remember in order to leave. */
  int add(Watcher watcher) {
    watchers.add(watcher);
    return watchers.size() - 1;
  }

  /** Takes the one out that remembers its slot; the last one moves there. */
  void remove(Watcher watcher) {
    Watcher last = watchers.remove(watchers.size() - 1);
    if (last != watcher) {
      watchers.set(watcher.slot, last);
      last.slot = watcher.slot;
    }
  }

  boolean isEmpty() {
    return watchers.isEmpty();
  }

  @Override
  public void addTo(ArrayList<Watcher> out) {
    out.addAll(watchers);
  }
}
