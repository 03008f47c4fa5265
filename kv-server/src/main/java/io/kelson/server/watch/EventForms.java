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
    this.full = isCreation(full) ? without(full) : full;
  }

  /**
   * A key that one transaction deletes and puts is created: as with etcd, nothing was before it.
   */
  private static boolean isCreation(Event event) {
    return event.getType() == Event.EventType.PUT
        && event.getKv().getCreateRevision() == event.getKv().getModRevision();
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
      bare = without(full);
    }
    return bare;
  }

  private static Event without(Event event) {
    return event.hasPrevKv() ? event.toBuilder().clearPrevKv().build() : event;
  }
}
