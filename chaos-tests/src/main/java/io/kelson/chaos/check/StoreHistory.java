package io.kelson.chaos.check;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The store at every revision of a run, rebuilt from the log of events.
 *
 * <p>Each key has the list of its versions, by revision, so that any state of the past is a binary
 * search away and nothing is ever copied. While it is built the log itself is checked: revisions
 * rise, a batch is one revision, and create revisions, versions and previous values are what the
 * events before lead to. Where the log is wrong it is reported and then believed, so that one fault
 * is one finding.
 */
final class StoreHistory {
  /**
   * All keys of one lease went at one revision, which is what an expiry looks like.
   *
   * @param complete whether no key of the lease was left
   */
  record LeaseEnd(long revision, long lease, boolean complete, List<Bytes> keys) {}

  private final Map<Bytes, List<KeyValue>> versions = new HashMap<>();
  private final TreeMap<Bytes, List<KeyValue>> sorted = new TreeMap<>();
  private final Map<Long, Set<Bytes>> attached = new HashMap<>();
  private final TreeMap<Long, LeaseEnd> leaseEnds = new TreeMap<>();
  private final List<List<WatchEvent>> batches = new ArrayList<>();
  private final List<Long> revisions = new ArrayList<>();
  private final Map<Long, Integer> indexes = new HashMap<>();
  private final Findings findings;
  private final long initialRevision;

  private StoreHistory(long initialRevision, Findings findings) {
    this.initialRevision = initialRevision;
    this.findings = findings;
  }

  /** Rebuilds the store; what is wrong with the log itself goes to {@code findings}. */
  static StoreHistory of(Evidence evidence, Findings findings) {
    StoreHistory history = new StoreHistory(evidence.initialRevision(), findings);
    evidence.initial().forEach(history::append);
    boolean previous =
        evidence.log().stream()
            .anyMatch(batch -> batch.events().stream().anyMatch(e -> e.prevKv().isPresent()));
    evidence.log().forEach(batch -> history.add(batch, previous));
    return history;
  }

  /** The revision the run began with: nothing older can be judged. */
  long initialRevision() {
    return initialRevision;
  }

  /** The newest revision. */
  long lastRevision() {
    return revisions.isEmpty() ? initialRevision : revisions.get(revisions.size() - 1);
  }

  /** How many revisions the log has. */
  int size() {
    return revisions.size();
  }

  /** The revision at a position of the log. */
  long revision(int index) {
    return revisions.get(index);
  }

  /** The events at a position of the log. */
  List<WatchEvent> events(int index) {
    return batches.get(index);
  }

  /** The events of a revision; null if the log has no such revision. */
  List<WatchEvent> eventsAt(long revision) {
    Integer index = indexes.get(revision);
    return index == null ? null : batches.get(index);
  }

  /** The first position of the log whose revision is at least {@code revision}. */
  int firstAtLeast(long revision) {
    int lo = 0;
    int hi = revisions.size();
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (revisions.get(middle) < revision) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    return lo;
  }

  /** Revisions at which keys of one lease, and nothing else, were deleted; by revision. */
  Collection<LeaseEnd> leaseEnds() {
    return leaseEnds.values();
  }

  /** How a lease ended at that revision; null if none can have. */
  LeaseEnd leaseEnd(long revision) {
    return leaseEnds.get(revision);
  }

  /** Every version of a key, by revision; one with version 0 is a deletion. */
  List<KeyValue> versions(Bytes key) {
    return versions.getOrDefault(key, List.of());
  }

  /** Every key there ever was. */
  Set<Bytes> keys() {
    return sorted.keySet();
  }

  /** The store as it stood after {@code revision}. */
  View at(long revision) {
    return new View() {
      @Override
      public KeyValue get(Bytes key) {
        return newest(versions.get(key), revision);
      }

      @Override
      public List<KeyValue> range(Bytes key, Bytes rangeEnd) {
        return rangeAt(key, rangeEnd, revision);
      }
    };
  }

  private List<KeyValue> rangeAt(Bytes key, Bytes rangeEnd, long revision) {
    List<KeyValue> found = new ArrayList<>();
    if (rangeEnd.isEmpty()) {
      addIfThere(found, newest(versions.get(key), revision));
    } else if (rangeEnd.equals(Bytes.ZERO)) {
      sorted.tailMap(key, true).values().forEach(v -> addIfThere(found, newest(v, revision)));
    } else if (rangeEnd.compareTo(key) > 0) {
      sorted
          .subMap(key, true, rangeEnd, false)
          .values()
          .forEach(v -> addIfThere(found, newest(v, revision)));
    }
    return found;
  }

  private static void addIfThere(List<KeyValue> found, KeyValue kv) {
    if (kv != null) {
      found.add(kv);
    }
  }

  private static KeyValue newest(List<KeyValue> list, long revision) {
    if (list == null) {
      return null;
    }
    int lo = 0;
    int hi = list.size();
    while (lo < hi) {
      int middle = (lo + hi) >>> 1;
      if (list.get(middle).modRevision() <= revision) {
        lo = middle + 1;
      } else {
        hi = middle;
      }
    }
    KeyValue kv = lo == 0 ? null : list.get(lo - 1);
    return kv == null || kv.version() == 0 ? null : kv;
  }

  private void append(KeyValue kv) {
    List<KeyValue> list = versions.get(kv.key());
    if (list == null) {
      list = new ArrayList<>(2);
      versions.put(kv.key(), list);
      sorted.put(kv.key(), list);
    }
    KeyValue before = list.isEmpty() ? null : list.get(list.size() - 1);
    if (before != null && before.lease() != 0) {
      attached.getOrDefault(before.lease(), new HashSet<>()).remove(kv.key());
    }
    if (kv.lease() != 0) {
      attached.computeIfAbsent(kv.lease(), lease -> new HashSet<>()).add(kv.key());
    }
    list.add(kv);
  }

  private void add(WatchBatch batch, boolean previous) {
    if (batch.events().isEmpty()) {
      return;
    }
    long revision = batch.events().get(0).kv().modRevision();
    if (batch.events().stream().anyMatch(event -> event.kv().modRevision() != revision)) {
      findings.add("log: one batch with several revisions: " + Describe.events(batch.events()));
      return;
    }
    if (revision <= lastRevision()) {
      findings.add(
          "log: revision %d comes after %d: %s"
              .formatted(revision, lastRevision(), Describe.events(batch.events())));
      return;
    }
    Optional<Long> lease = leaseOf(batch.events());
    batch.events().forEach(event -> apply(event, previous));
    lease.ifPresent(
        id ->
            leaseEnds.put(
                revision,
                new LeaseEnd(
                    revision,
                    id,
                    attached.getOrDefault(id, Set.of()).isEmpty(),
                    batch.events().stream().map(event -> event.kv().key()).toList())));
    indexes.put(revision, revisions.size());
    revisions.add(revision);
    batches.add(batch.events());
  }

  /** The one lease that all deleted keys hung on, if the events are deletions and there is one. */
  private Optional<Long> leaseOf(List<WatchEvent> events) {
    long lease = 0;
    for (WatchEvent event : events) {
      KeyValue before = newest(versions.get(event.kv().key()), Long.MAX_VALUE);
      if (event.type() != WatchEvent.Type.DELETE || before == null || before.lease() == 0) {
        return Optional.empty();
      }
      if (lease != 0 && lease != before.lease()) {
        return Optional.empty();
      }
      lease = before.lease();
    }
    return Optional.of(lease);
  }

  private void apply(WatchEvent event, boolean previous) {
    KeyValue kv = event.kv();
    KeyValue before = newest(versions.get(kv.key()), Long.MAX_VALUE);
    if (event.type() == WatchEvent.Type.DELETE) {
      if (before == null) {
        findings.add("log: deletion of a key that is not there: " + Describe.event(event));
      }
      append(new KeyValue(kv.key(), 0, kv.modRevision(), 0, Bytes.EMPTY, 0));
    } else {
      long created = before == null ? kv.modRevision() : before.createRevision();
      long version = before == null ? 1 : before.version() + 1;
      if (kv.createRevision() != created || kv.version() != version) {
        findings.add(
            "log: %s does not follow %s: an event is missing or was applied twice"
                .formatted(Describe.event(event), Describe.keyValue(before)));
      }
      append(kv);
    }
    if (previous && !event.prevKv().equals(Optional.ofNullable(before))) {
      findings.add(
          "log: %s says that before it was %s, but it was %s"
              .formatted(
                  Describe.event(event),
                  Describe.keyValue(event.prevKv().orElse(null)),
                  Describe.keyValue(before)));
    }
  }
}
