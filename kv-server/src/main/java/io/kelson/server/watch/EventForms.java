package io.kelson.server.watch;

import io.kelson.api.mvcc.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * One event in the two forms watchers want it, each encoded at most once and shared by all of them.
 */
final class EventForms {
  private final Event event;

  /** Alone in a list, as most watchers get it: they share the list as well. */
  private List<WireEvent> full;

  private List<WireEvent> bare;

  EventForms(Event event) {
    this.event = isCreation(event) ? without(event) : event;
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
    if (!watcher.accepts(event.getType())) {
      return false;
    }
    List<WireEvent> form = watcher.wantsPrevKv() ? full() : bare();
    if (watcher.gathered == null) {
      watcher.gathered = form;
    } else {
      List<WireEvent> own =
          watcher.gathered instanceof ArrayList<WireEvent> list
              ? list
              : new ArrayList<>(watcher.gathered);
      own.add(form.get(0));
      watcher.gathered = own;
    }
    return true;
  }

  private List<WireEvent> full() {
    if (full == null) {
      full = event.hasPrevKv() ? List.of(new WireEvent(event)) : bare();
    }
    return full;
  }

  private List<WireEvent> bare() {
    if (bare == null) {
      bare = List.of(new WireEvent(without(event)));
    }
    return bare;
  }

  private static Event without(Event event) {
    return event.hasPrevKv() ? event.toBuilder().clearPrevKv().build() : event;
  }
}
