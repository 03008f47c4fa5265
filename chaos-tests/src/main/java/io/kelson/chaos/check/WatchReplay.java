package io.kelson.chaos.check;

import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Goes through what one watcher heard next to the log of events, keeping the place up to which it
 * has heard everything. After a finding it goes on from where the watcher is, so that one fault is
 * not found again with every later event. For one thread.
 */
final class WatchReplay {
  private final StoreHistory store;
  private final WatchRecord watch;
  private final WatchOptions options;
  private final Findings findings;
  private final long start;
  private long delivered;
  private long promised;
  private List<WatchEvent> last = List.of();
  private boolean interrupted;

  WatchReplay(StoreHistory store, WatchRecord watch, Findings findings) {
    this.store = store;
    this.watch = watch;
    this.options = watch.options();
    this.findings = findings;
    this.start =
        options.startRevision() > 0 ? options.startRevision() : watch.createdRevision() + 1;
    this.delivered = start - 1;
    this.promised = start - 1;
  }

  void run() {
    if (start <= store.initialRevision()) {
      // The log does not reach back to the start: only what comes after can be judged.
      findings.count("watches-from-before-the-run", 1);
    }
    if (watch.createdRevision() == 0 && !watch.items().isEmpty()) {
      wrong("resumable", "heard something though it was never created");
      return;
    }
    for (WatchRecord.Item item : watch.items()) {
      if (item instanceof WatchRecord.Events) {
        events((WatchRecord.Events) item);
      } else if (item instanceof WatchRecord.Progress) {
        progress(((WatchRecord.Progress) item).revision());
      } else {
        findings.count("interruptions", 1);
        interrupted = true;
      }
    }
    // A watch may begin at the compaction's own revision, so that is not gone yet.
    long next = Math.max(delivered, promised) + 1;
    if (watch.compactRevision() != 0 && watch.compactRevision() <= next) {
      wrong(
          "resumable",
          "ended by a compaction at %d though it needed %d next"
              .formatted(watch.compactRevision(), next));
    }
  }

  private void wrong(String promise, String what) {
    findings.add(
        "%s: watch of client %d at node %d on [%s, %s) from %d%s: %s"
            .formatted(
                promise,
                watch.client(),
                watch.node(),
                options.key(),
                options.rangeEnd(),
                start,
                interrupted ? ", resumed" : "",
                what));
  }

  private void progress(long revision) {
    findings.count("progress", 1);
    if (revision < Math.max(delivered, promised)) {
      wrong(
          "bookmarkable",
          "progress at %d after events up to %d and progress at %d"
              .formatted(revision, delivered, promised));
      return;
    }
    missing("bookmarkable", revision + 1, "before the progress at " + revision);
    promised = revision;
    delivered = revision;
  }

  private void events(WatchRecord.Events batch) {
    findings.count("events", batch.events().size());
    int from = 0;
    while (from < batch.events().size()) {
      long revision = batch.events().get(from).kv().modRevision();
      int to = from;
      while (to < batch.events().size() && batch.events().get(to).kv().modRevision() == revision) {
        to++;
      }
      revision(revision, batch.events().subList(from, to));
      from = to;
    }
    if (batch.events().isEmpty()) {
      wrong("reliable", "a batch without events");
    } else if (batch.headerRevision() < delivered) {
      wrong(
          "ordered",
          "events up to %d under a header of %d".formatted(delivered, batch.headerRevision()));
    }
  }

  private void revision(long revision, List<WatchEvent> events) {
    if (revision < start) {
      wrong("resumable", "before its start came " + Describe.events(events));
      return;
    }
    if (revision <= delivered) {
      late(revision, events);
      return;
    }
    missing("reliable", revision, "before " + Describe.events(events));
    if (revision > store.initialRevision()) {
      compare(revision, events);
    }
    delivered = revision;
    last = events;
  }

  /** Events of a revision that should have come before, or all at once. */
  private void late(long revision, List<WatchEvent> events) {
    if (revision <= promised) {
      wrong(
          "bookmarkable",
          "after the progress at %d came %s".formatted(promised, Describe.events(events)));
    } else if (revision < delivered) {
      wrong("ordered", "after revision %d came %s".formatted(delivered, Describe.events(events)));
    } else if (events.stream().anyMatch(event -> heard(last, event))) {
      wrong("unique", "came again: " + Describe.events(events));
    } else {
      wrong("atomic", "revision %d came in parts: %s".formatted(revision, Describe.events(events)));
    }
  }

  /** Reports the first event that should have come by now, before {@code hi}. */
  private void missing(String promise, long hi, String when) {
    for (int i = store.firstAtLeast(delivered + 1); i < store.size(); i++) {
      if (store.revision(i) >= hi) {
        return;
      }
      List<WatchEvent> wanted = wanted(store.events(i));
      if (!wanted.isEmpty()) {
        String kind = interrupted && promise.equals("reliable") ? "resumable" : promise;
        wrong(kind, "missing %s: %s".formatted(when, Describe.events(wanted)));
        return;
      }
    }
  }

  private List<WatchEvent> wanted(List<WatchEvent> events) {
    List<WatchEvent> wanted = new ArrayList<>();
    for (WatchEvent event : events) {
      if (inRange(event) && !filtered(event)) {
        wanted.add(event);
      }
    }
    return wanted;
  }

  private boolean inRange(WatchEvent event) {
    return View.contains(options.key(), options.rangeEnd(), event.kv().key());
  }

  private boolean filtered(WatchEvent event) {
    return event.type() == WatchEvent.Type.PUT ? options.noPut() : options.noDelete();
  }

  private void compare(long revision, List<WatchEvent> events) {
    List<WatchEvent> log = store.eventsAt(revision);
    List<WatchEvent> left = log == null ? new ArrayList<>() : wanted(log);
    List<WatchEvent> heard = new ArrayList<>();
    for (WatchEvent event : events) {
      if (!inRange(event) || filtered(event)) {
        wrong("filters", "was not to be told " + Describe.event(event));
      } else if (heard(heard, event)) {
        wrong("unique", "twice in one batch: " + Describe.event(event));
      } else if (!takeFrom(left, event)) {
        unlike(log, event);
      } else {
        previous(revision, event);
      }
      heard.add(event);
    }
    if (!left.isEmpty()) {
      boolean later = comesLater(left);
      wrong(
          later ? "atomic" : "reliable",
          "revision %d came without %s".formatted(revision, Describe.events(left)));
    }
  }

  /** Whether any of these is in the record at all, after what came first. */
  private boolean comesLater(List<WatchEvent> events) {
    return watch.items().stream()
        .filter(item -> item instanceof WatchRecord.Events)
        .flatMap(item -> ((WatchRecord.Events) item).events().stream())
        .anyMatch(event -> heard(events, event));
  }

  private static boolean takeFrom(List<WatchEvent> left, WatchEvent event) {
    for (int i = 0; i < left.size(); i++) {
      if (Calls.sameEvent(left.get(i), event)) {
        left.remove(i);
        return true;
      }
    }
    return false;
  }

  private static boolean heard(List<WatchEvent> events, WatchEvent event) {
    return events.stream().anyMatch(other -> Calls.sameEvent(other, event));
  }

  private void unlike(List<WatchEvent> log, WatchEvent event) {
    KeyValue kv = event.kv();
    Optional<WatchEvent> twin =
        log == null
            ? Optional.empty()
            : log.stream().filter(other -> other.kv().key().equals(kv.key())).findAny();
    if (twin.isEmpty()) {
      wrong("reliable", "never happened: " + Describe.event(event));
    } else {
      KeyValue other = twin.get().kv();
      boolean numbers =
          kv.createRevision() != other.createRevision() || kv.version() != other.version();
      wrong(
          numbers ? "is-create" : "reliable",
          "heard %s, but it was %s".formatted(Describe.event(event), Describe.event(twin.get())));
    }
  }

  private void previous(long revision, WatchEvent event) {
    Bytes key = event.kv().key();
    Optional<KeyValue> before =
        options.prevKv() ? Optional.ofNullable(store.at(revision - 1).get(key)) : Optional.empty();
    if (!event.prevKv().equals(before)) {
      wrong(
          "prev-kv",
          "%s came with %s, must be %s"
              .formatted(
                  Describe.event(event),
                  Describe.keyValue(event.prevKv().orElse(null)),
                  Describe.keyValue(before.orElse(null))));
    }
  }
}
