package io.kelson.examples.orchestrator.parts;

import io.kelson.client.KelsonClient;
import io.kelson.client.cache.Cache;
import io.kelson.examples.orchestrator.work.DesiredCount;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Item.State;
import io.kelson.examples.orchestrator.work.Keys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Writes down how many nodes there should be, by a {@link ScalingRule}; to start and stop them is
 * somebody else's part. Several may run; one is elected.
 */
public final class Autoscaler implements Candidate.Duty {
  /** Changes of the work wake it; the end of a cool-down does not. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final KelsonClient client;
  private final ScalingRule rule;
  private final InstantSource clock;
  private final Consumer<String> log;

  private Autoscaler(
      KelsonClient client, ScalingRule rule, InstantSource clock, Consumer<String> log) {
    this.client = client;
    this.rule = rule;
    this.clock = clock;
    this.log = log;
  }

  /** Starts one more autoscaler; the first leads, the others stand by. */
  public static Candidate start(
      KelsonClient client,
      String name,
      ScalingRule rule,
      InstantSource clock,
      long ttlSeconds,
      Consumer<String> log) {
    Autoscaler scaler = new Autoscaler(client, rule, clock, log);
    return Candidate.start(client, Keys.AUTOSCALER, name, ttlSeconds, scaler, log);
  }

  @Override
  public void serve(Candidate.Office office) throws InterruptedException {
    try (Cache items = Cache.open(client, Keys.ITEMS, (revision, events) -> office.wake())) {
      items.ready().join();
      // When its predecessor changed the count it cannot know: it may have been just now.
      Instant changed = DesiredCount.read(client).revision() == 0 ? Instant.MIN : clock.instant();
      while (office.open()) {
        if (step(office, items, changed)) {
          changed = clock.instant();
        }
        office.pause(LOOK_AGAIN);
      }
    }
  }

  private boolean step(Candidate.Office office, Cache items, Instant changed) {
    long work =
        Item.readAll(items.list(Keys.ITEMS).kvs()).stream()
            .filter(item -> item.state() != State.DONE)
            .mapToLong(Item::size)
            .sum();
    DesiredCount current = DesiredCount.read(client);
    int desired = rule.desired(current.nodes(), work, Duration.between(changed, clock.instant()));
    if (desired == current.nodes() || !current.change(client, office.held(), desired)) {
      return false;
    }
    log.accept(current.nodes() + " nodes become " + desired + ", for work of " + work);
    return true;
  }
}
