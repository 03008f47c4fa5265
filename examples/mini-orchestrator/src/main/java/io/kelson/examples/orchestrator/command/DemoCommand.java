package io.kelson.examples.orchestrator.command;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.cache.Cache;
import io.kelson.client.coordination.Election;
import io.kelson.client.discovery.Balancers;
import io.kelson.examples.orchestrator.parts.Caller;
import io.kelson.examples.orchestrator.parts.Fleet;
import io.kelson.examples.orchestrator.policy.PolicyName;
import io.kelson.examples.orchestrator.work.DesiredCount;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Keys;
import io.kelson.examples.orchestrator.work.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code run demo}: everything at once on this machine, each part a process, and now and then one
 * is killed. Ends when every item is done.
 */
@Command(
    name = "demo",
    description = "Starts all parts as processes, submits items, and kills a process now and then.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LONGEST_MILLIS = 3000;
  private static final int LARGEST = 3;

  @Mixin private Store store;
  @Mixin private Scaling scaling;

  @Option(names = "--items", defaultValue = "40", description = "(default: ${DEFAULT-VALUE})")
  private int items;

  @Option(
      names = "--kill-every",
      defaultValue = "4",
      description = "seconds between two kills (default: ${DEFAULT-VALUE})")
  private long killSeconds;

  @Option(
      names = "--kills",
      defaultValue = "6",
      description = "how many processes are killed (default: ${DEFAULT-VALUE})")
  private int kills;

  @Option(
      names = "--policy",
      defaultValue = "best-fit",
      description = "fcfs, sjf, rr or best-fit (default: ${DEFAULT-VALUE})")
  private PolicyName policy;

  @Option(
      names = "--ttl",
      defaultValue = "2",
      description = "seconds until a killed process is given up (default: ${DEFAULT-VALUE})")
  private long ttlSeconds;

  private final Map<String, ProcessChild> processes = ProcessChild.table();
  private final Consumer<String> log = Console.log("demo");

  @Override
  public Integer call() throws InterruptedException {
    try (KelsonClient client = store.client();
        Fleet schedulers = fleet("scheduler", List.of("--policy=" + policy));
        Fleet autoscalers = fleet("autoscaler", scaling.arguments());
        Fleet nodes = fleet("node", List.of())) {
      Console.closeAtExit(schedulers, autoscalers, nodes);
      Tally tally = new Tally(submit(client));
      schedulers.resize(2);
      autoscalers.resize(1);
      try (Cache done = Cache.open(client, Keys.ITEMS, (revision, events) -> tally.see(events));
          Cache desired = DesiredCount.follow(client, nodes::resize);
          Caller caller = new Caller(client, Balancers::roundRobin)) {
        done.ready().join();
        desired.ready().join();
        watch(client, tally, caller, nodes);
      }
      tally.lines().forEach(log);
      return tally.isGood() ? 0 : 1;
    }
  }

  private Fleet fleet(String kind, List<String> options) {
    List<String> arguments =
        Stream.of(
                List.of(kind),
                store.arguments(),
                options,
                List.of("--ttl", Long.toString(ttlSeconds)))
            .flatMap(List::stream)
            .toList();
    return new Fleet(kind, ProcessChild.launcher(processes, arguments), RESTART_PAUSE, log);
  }

  /** Items of all sorts, under ids of this run's own. */
  private List<String> submit(KelsonClient client) {
    WorkQueue queue = new WorkQueue(client);
    Random random = new Random();
    String run = "%04x".formatted(random.nextInt(1 << 16));
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= items; i++) {
      String id = "%s-%02d".formatted(run, i);
      Duration duration = Duration.ofMillis(random.nextInt(LONGEST_MILLIS / 6, LONGEST_MILLIS));
      queue.submit(Item.fresh(id, duration, random.nextInt(1, LARGEST + 1)));
      ids.add(id);
    }
    log.accept(items + " items are submitted");
    return ids;
  }

  /**
   * Calls the service, and kills by turns the oldest node and the leading scheduler and autoscaler.
   */
  private void watch(KelsonClient client, Tally tally, Caller caller, Fleet nodes)
      throws InterruptedException {
    // Before the first answer there is nothing to disturb.
    while (caller.call().isEmpty() && !tally.awaitAll(LOOK)) {}
    long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(killSeconds);
    for (int turn = 0; !tally.awaitAll(LOOK); ) {
      tally.answered(caller.call());
      if (turn < kills && System.nanoTime() - next >= 0) {
        Optional<String> victim =
            switch (turn % 3) {
              case 0 -> nodes.names().stream().findFirst();
              case 1 -> leader(client, Keys.SCHEDULER);
              default -> leader(client, Keys.AUTOSCALER);
            };
        turn += victim.isPresent() && kill(victim.get(), tally) ? 1 : 0;
        next = System.nanoTime() + TimeUnit.SECONDS.toNanos(killSeconds);
      }
    }
  }

  private static Optional<String> leader(KelsonClient client, Bytes election) {
    try {
      return new Election(client, election).leader().map(found -> found.value().utf8());
    } catch (EtcdException e) {
      // The store does not answer: the parts have enough to do without being killed.
      return Optional.empty();
    }
  }

  private boolean kill(String name, Tally tally) {
    ProcessChild child = processes.get(name);
    if (child == null) {
      return false;
    }
    log.accept("kills " + name);
    child.kill();
    tally.killed(name);
    return true;
  }
}
