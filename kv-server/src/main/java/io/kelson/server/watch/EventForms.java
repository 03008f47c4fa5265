package io.kelson.server.watch;

import io.kelson.api.mvcc.Event;
import java.util.ArrayList;

/**
 * One event in the two forms watchers want it, each made at most once and shared by all of them.
 */
final class EventForms {
  private final Event full;
  private Event bare;

  EventForms(Event full) {
    this.full = full;
  }

  /** Adds the event to what a matching watcher gathers; false if the watcher filters it out. */
  boolean maybeGather(Watcher watcher) {
    if (!watcher.accepts(full.getType())) {
      return false;
    }
    if (watcher.gathered == null) {
      watcher.gathered = new ArrayList<>(1);
    }
    watcher.gathered.add(watcher.wantsPrevKv() ? full : bare());
    return true;
  }

  private Event bare() {
    if (bare == null) {
      bare = full.hasPrevKv() ? full.toBuilder().clearPrevKv().build() : full;
    }
    return bare;
  }
}
