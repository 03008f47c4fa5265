package io.kelson.examples.orchestrator.parts;

import io.kelson.client.KelsonClient;
import io.kelson.client.cache.Cache;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import io.kelson.examples.orchestrator.policy.Placement;
import io.kelson.examples.orchestrator.policy.Policy;
import io.kelson.examples.orchestrator.policy.Situation;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Keys;
import io.kelson.examples.orchestrator.work.Outcome;
import io.kelson.examples.orchestrator.work.WorkQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Places items on nodes while it leads, and takes back what was on nodes that are gone.
 *
 * <p>It decides on a view that may be old and leaves it to the transaction to refuse: see {@link
 * WorkQueue}. One step is one transaction; after it the view is waited for, so that the next step
 * knows of this one.
 */
public final class Scheduler implements Candidate.Duty {
  /** Changes wake it; this is for the refusal that nothing seen later explains. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final KelsonClient client;
  private final Policy policy;
  private final Consumer<String> log;
  private final WorkQueue queue;
  private String lastNode = "";

  private Scheduler(KelsonClient client, Policy policy, Consumer<String> log) {
    this.client = client;
    this.policy = policy;
    this.log = log;
    this.queue = new WorkQueue(client);
  }

  /** Starts one more scheduler; the first leads, the others stand by. */
  public static Candidate start(
      KelsonClient client, String name, Policy policy, long ttlSeconds, Consumer<String> log) {
    Scheduler scheduler = new Scheduler(client, policy, log);
    return Candidate.start(client, Keys.SCHEDULER, name, ttlSeconds, scheduler, log);
  }

  @Override
  public void serve(Candidate.Office office) throws InterruptedException {
    ServiceRegistry registry = new ServiceRegistry(client, Keys.SERVICES);
    try (Cache items = Cache.open(client, Keys.ITEMS, (revision, events) -> office.wake());
        ServiceView nodes = registry.watch(Keys.WORKER)) {
      nodes.listen(changed -> office.wake());
      items.ready().join();
      nodes.ready().join();
      while (office.open()) {
        if (!step(office, items, nodes)) {
          office.pause(LOOK_AGAIN);
        }
      }
    }
  }

  /** One transaction, if there is one to make; false if it is time to wait. */
  private boolean step(Candidate.Office office, Cache items, ServiceView nodes) {
    Situation now =
        Situation.of(Item.readAll(items.list(Keys.ITEMS).kvs()), nodes.instances(), lastNode);
    Optional<Item> orphan = now.orphans().stream().findFirst();
    Optional<Outcome> outcome =
        orphan.isPresent()
            ? Optional.of(takeBack(orphan.get(), office))
            : policy.next(now).map(placement -> place(placement, office));
    outcome.ifPresent(made -> items.awaitRevision(made.revision()).join());
    return outcome.isPresent() && outcome.get().happened();
  }

  private Outcome takeBack(Item orphan, Candidate.Office office) {
    Outcome outcome = queue.takeBack(orphan, office.held());
    if (outcome.happened()) {
      log.accept(orphan.id() + " is taken back from " + orphan.node() + ", which is gone");
    }
    return outcome;
  }

  private Outcome place(Placement placement, Candidate.Office office) {
    Outcome outcome = queue.assign(placement.item(), placement.node(), office.held());
    if (outcome.happened()) {
      lastNode = placement.node();
      log.accept(placement.item().id() + " goes to " + placement.node());
    }
    return outcome;
  }
}
