package io.kelson.examples.orchestrator.command;

import io.kelson.client.WatchEvent;
import io.kelson.examples.orchestrator.work.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts what the demonstration shows: who did what, and how often. Thread-safe. */
final class Tally {
  private final Set<String> ids;
  private final CountDownLatch all;
  private final Map<String, Integer> records = new HashMap<>();
  private final Map<String, Integer> doneBy = new TreeMap<>();
  private final Map<String, Integer> answeredBy = new TreeMap<>();
  private final List<String> killed = new ArrayList<>();
  private int unanswered;

  Tally(List<String> ids) {
    this.ids = Set.copyOf(ids);
    this.all = new CountDownLatch(ids.size());
  }

  synchronized void see(List<WatchEvent> events) {
    for (WatchEvent event : events) {
      Item.read(event.kv())
          .filter(item -> item.state() == Item.State.DONE && ids.contains(item.id()))
          .ifPresent(this::done);
    }
  }

  private void done(Item item) {
    doneBy.merge(item.node(), 1, Integer::sum);
    if (records.merge(item.id(), 1, Integer::sum) == 1) {
      all.countDown();
    }
  }

  synchronized void answered(Optional<String> node) {
    node.ifPresentOrElse(name -> answeredBy.merge(name, 1, Integer::sum), () -> unanswered++);
  }

  synchronized void killed(String name) {
    killed.add(name);
  }

  /** Waits until every item is done; false if that takes longer. */
  boolean awaitAll(Duration atMost) throws InterruptedException {
    return all.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether every item was recorded as done, and none twice. */
  synchronized boolean isGood() {
    return records.keySet().equals(ids) && records.values().stream().allMatch(once -> once == 1);
  }

  synchronized List<String> lines() {
    long once = records.values().stream().filter(times -> times == 1).count();
    return List.of(
        once + " of " + ids.size() + " items are done, each once: " + doneBy,
        "killed: " + killed,
        "calls were answered by " + answeredBy + "; unanswered: " + unanswered);
  }
}
