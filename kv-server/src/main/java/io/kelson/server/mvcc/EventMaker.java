package io.kelson.server.mvcc;

import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.util.List;

/** Makes the events that watchers see, all with one builder. Not thread-safe. */
final class EventMaker {
  private final Event.Builder event = Event.newBuilder();

  /** Those of the changes of one transaction. */
  RevisionEvents events(long main, List<Overlay.Change> changes) {
    Event[] events = new Event[changes.size()];
    for (int i = 0; i < events.length; i++) {
      events[i] = event(main, changes.get(i));
    }
    return new RevisionEvents(main, List.of(events));
  }

  private Event event(long main, Overlay.Change change) {
    event.clear();
    if (change.after != null) {
      event.setKv(change.after);
    } else {
      event
          .setType(Event.EventType.DELETE)
          .setKv(KeyValue.newBuilder().setKey(change.key).setModRevision(main).build());
    }
    if (change.before != null) {
      event.setPrevKv(change.before);
    }
    return event.build();
  }
}
