package io.kelson.chaos;

import io.kelson.chaos.PutRecord.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What must hold of the puts that clients recorded, the state that members hold and the events that
 * watchers saw. Each check returns what is wrong, in words; an empty list means that it holds.
 *
 * <p>The checks rely on every put having a key and a value of its own. They are pure functions, and
 * are themselves tested against histories with planted faults.
 */
public final class HistoryCheck {
  private HistoryCheck() {}

  /** No two acknowledgements carry the same revision. */
  public static List<String> uniqueRevisions(List<PutRecord> puts) {
    List<String> wrong = new ArrayList<>();
    Map<Long, PutRecord> seen = new HashMap<>();
    for (PutRecord put : puts) {
      PutRecord other = put.acked() ? seen.put(put.revision(), put) : null;
      if (other != null) {
        wrong.add("revision " + put.revision() + " acknowledged twice: " + other + " and " + put);
      }
    }
    return wrong;
  }

  /**
   * Revisions follow real time: a put that began after another was acknowledged has the higher
   * revision. Puts with an unknown outcome take part with the revision a watch showed for them.
   *
   * @param revisionOfKey the revision at which each key was written, from a watch
   */
  public static List<String> realTimeOrder(List<PutRecord> puts, Map<String, Long> revisionOfKey) {
    List<PutRecord> acksByEnd =
        puts.stream()
            .filter(PutRecord::acked)
            .sorted(Comparator.comparingLong(PutRecord::endNanos))
            .toList();
    List<PutRecord> byStart =
        puts.stream().sorted(Comparator.comparingLong(PutRecord::startNanos)).toList();
    List<String> wrong = new ArrayList<>();
    PutRecord newest = null;
    int ended = 0;
    for (PutRecord put : byStart) {
      while (ended < acksByEnd.size() && acksByEnd.get(ended).endNanos() < put.startNanos()) {
        PutRecord ack = acksByEnd.get(ended++);
        newest = newest == null || ack.revision() > newest.revision() ? ack : newest;
      }
      Long revision = put.acked() ? Long.valueOf(put.revision()) : revisionOfKey.get(put.key());
      if (newest != null && revision != null && revision <= newest.revision()) {
        wrong.add(put + " has revision " + revision + " but began after the end of " + newest);
      }
    }
    return wrong;
  }

  /**
   * A member holds exactly what was written: every acknowledged put, at its revision and written
   * once; nothing that was refused; and nothing that nobody put.
   */
  public static List<String> stateHolds(
      String member, List<PutRecord> puts, List<StoredKey> state) {
    Map<String, StoredKey> held =
        state.stream().collect(Collectors.toMap(StoredKey::key, key -> key));
    Map<String, PutRecord> issued =
        puts.stream().collect(Collectors.toMap(PutRecord::key, put -> put));
    List<String> wrong = new ArrayList<>();
    for (PutRecord put : puts) {
      StoredKey key = held.get(put.key());
      if (put.acked() && key == null) {
        wrong.add(member + " lost " + put);
      } else if (put.acked() && key.modRevision() != put.revision()) {
        wrong.add(member + " holds " + key + " at another revision than " + put);
      } else if (put.outcome() == Outcome.REJECTED && key != null) {
        wrong.add(member + " holds " + key + " though it refused " + put);
      }
    }
    for (StoredKey key : state) {
      PutRecord put = issued.get(key.key());
      if (put == null || !put.value().equals(key.value())) {
        wrong.add(member + " holds " + key + " which nobody put; that key's put: " + put);
      } else if (key.version() != 1 || key.createRevision() != key.modRevision()) {
        wrong.add(member + " applied more than once: " + key);
      }
    }
    return wrong;
  }

  /** Two members hold the same keys with the same values and revisions. */
  public static List<String> sameState(
      String oneMember, List<StoredKey> one, String otherMember, List<StoredKey> other) {
    Map<String, StoredKey> left = byKey(one);
    Map<String, StoredKey> right = byKey(other);
    List<String> wrong = new ArrayList<>();
    left.forEach(
        (key, value) -> {
          StoredKey twin = right.remove(key);
          if (!value.equals(twin)) {
            wrong.add(oneMember + " holds " + value + ", " + otherMember + " holds " + twin);
          }
        });
    right.values().forEach(key -> wrong.add(otherMember + " alone holds " + key));
    return wrong;
  }

  /**
   * A watcher saw every revision of {@code [firstRevision, lastRevision]} once and in order.
   *
   * <p>Holds where every revision is one put of one key.
   */
  public static List<String> everyRevisionOnce(
      String watcher, List<StoredKey> events, long firstRevision, long lastRevision) {
    List<String> wrong = new ArrayList<>();
    long expected = firstRevision;
    for (StoredKey event : events) {
      if (event.modRevision() != expected) {
        wrong.add(watcher + " expected revision " + expected + " and saw " + event);
      }
      expected = event.modRevision() + 1;
    }
    if (expected != lastRevision + 1) {
      wrong.add(
          watcher + " ended before revision " + expected + " instead of after " + lastRevision);
    }
    return wrong;
  }

  private static Map<String, StoredKey> byKey(List<StoredKey> keys) {
    Map<String, StoredKey> map = new TreeMap<>();
    keys.forEach(key -> map.put(key.key(), key));
    return map;
  }
}
