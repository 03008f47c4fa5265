package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rebuilds the cache of every informer, a list and the watch that starts right after it, and
 * compares it with whole reads of the same range at revisions that the watch had got to.
 */
public final class InformerChecker implements Checker {
  private static final int MOST_FINDINGS = 5;

  /** A whole range as a read found it, by key. */
  private record Picture(long revision, Map<Bytes, KeyValue> kvs) {}

  @Override
  public String name() {
    return "informer";
  }

  @Override
  public Verdict check(Evidence evidence) {
    List<Operation> reads = evidence.operations().stream().filter(InformerChecker::reads).toList();
    Map<Bytes, List<Operation>> byEnd = new HashMap<>();
    reads.forEach(
        read -> byEnd.computeIfAbsent(range(read).rangeEnd(), e -> new ArrayList<>()).add(read));
    List<String> findings = new ArrayList<>();
    long caches = 0;
    long compared = 0;
    for (WatchRecord watch : evidence.watches()) {
      List<Operation> candidates = byEnd.getOrDefault(watch.options().rangeEnd(), List.of());
      if (!feedsCache(watch.options()) || candidates.isEmpty()) {
        continue;
      }
      Map<Bytes, KeyValue> cache = listed(watch, candidates);
      List<Picture> pictures = pictures(watch, candidates);
      caches++;
      compared += compare(watch, cache, pictures, findings);
    }
    Map<String, Long> counts = Map.of("caches", caches, "comparisons", compared);
    if (!findings.isEmpty()) {
      String summary = findings.size() + " caches differ from what was read at their revision";
      return new Verdict(name(), Verdict.Outcome.BROKEN, summary, findings, counts);
    }
    return compared == 0
        ? new Verdict(name(), Verdict.Outcome.UNDECIDED, "no cache to compare", findings, counts)
        : new Verdict(
            name(),
            Verdict.Outcome.HELD,
            compared + " comparisons of " + caches + " caches with reads",
            findings,
            counts);
  }

  private static boolean feedsCache(WatchOptions options) {
    return options.startRevision() > 0 && !options.noPut() && !options.noDelete();
  }

  /** A read of part of a range at one revision, with everything about the pairs. */
  private static boolean reads(Operation operation) {
    return operation.status() == Status.OK
        && operation.call().compares().isEmpty()
        && operation.call().success().size() == 1
        && operation.call().success().get(0) instanceof RangeOp range
        && !range.rangeEnd().isEmpty()
        && !range.keysOnly()
        && !range.countOnly()
        && range.maxModRevision() + range.minModRevision() == 0
        && range.maxCreateRevision() + range.minCreateRevision() == 0;
  }

  private static RangeOp range(Operation read) {
    return (RangeOp) read.call().success().get(0);
  }

  private static long revision(Operation read) {
    long asked = range(read).revision();
    return asked != 0 ? asked : read.result().header().revision();
  }

  /** The pages at the revision before the watch begins. */
  private static Map<Bytes, KeyValue> listed(WatchRecord watch, List<Operation> candidates) {
    Map<Bytes, KeyValue> cache = new TreeMap<>();
    for (Operation read : candidates) {
      if (revision(read) == watch.options().startRevision() - 1) {
        result(read).kvs().forEach(kv -> cache.put(kv.key(), kv));
      }
    }
    return cache;
  }

  private static RangeResult result(Operation read) {
    return (RangeResult) read.result().results().get(0);
  }

  /** What whole reads found at revisions from the watch's first on, oldest first. */
  private static List<Picture> pictures(WatchRecord watch, List<Operation> candidates) {
    List<Picture> pictures = new ArrayList<>();
    for (Operation read : candidates) {
      if (range(read).key().equals(watch.options().key())
          && range(read).limit() == 0
          && revision(read) >= watch.options().startRevision()) {
        Map<Bytes, KeyValue> kvs = new TreeMap<>();
        result(read).kvs().forEach(kv -> kvs.put(kv.key(), kv));
        pictures.add(new Picture(revision(read), kvs));
      }
    }
    pictures.sort(Comparator.comparingLong(Picture::revision));
    return pictures;
  }

  /** Plays the watch; compares at each picture it got past. Returns how many those were. */
  private static long compare(
      WatchRecord watch,
      Map<Bytes, KeyValue> cache,
      List<Picture> pictures,
      List<String> findings) {
    int next = 0;
    for (WatchRecord.Item item : watch.items()) {
      if (item instanceof WatchRecord.Events events) {
        for (WatchEvent event : events.events()) {
          // Everything before this event's revision has been delivered.
          next = compareUpTo(event.kv().modRevision() - 1, next, watch, cache, pictures, findings);
          apply(event, cache);
        }
      } else if (item instanceof WatchRecord.Progress progress) {
        next = compareUpTo(progress.revision(), next, watch, cache, pictures, findings);
      }
    }
    return next;
  }

  private static int compareUpTo(
      long revision,
      int from,
      WatchRecord watch,
      Map<Bytes, KeyValue> cache,
      List<Picture> pictures,
      List<String> findings) {
    int next = from;
    for (; next < pictures.size() && pictures.get(next).revision() <= revision; next++) {
      Picture picture = pictures.get(next);
      if (!picture.kvs().equals(cache) && findings.size() < MOST_FINDINGS) {
        findings.add(difference(watch, cache, picture));
      }
    }
    return next;
  }

  private static void apply(WatchEvent event, Map<Bytes, KeyValue> cache) {
    switch (event.type()) {
      case PUT -> cache.put(event.kv().key(), event.kv());
      case DELETE -> cache.remove(event.kv().key());
    }
  }

  private static String difference(WatchRecord watch, Map<Bytes, KeyValue> cache, Picture picture) {
    StringBuilder text = new StringBuilder();
    text.append("watch of client ").append(watch.client()).append(" at member ");
    text.append(watch.node()).append(" from revision ").append(watch.options().startRevision());
    text.append(", compared at revision ").append(picture.revision());
    var keys = new TreeSet<>(cache.keySet());
    keys.addAll(picture.kvs().keySet());
    for (Bytes key : keys) {
      KeyValue cached = cache.get(key);
      KeyValue read = picture.kvs().get(key);
      if (!Objects.equals(cached, read)) {
        text.append("\n  ").append(key).append(": cached ").append(cached);
        text.append(", read ").append(read);
      }
    }
    return text.toString();
  }
}
