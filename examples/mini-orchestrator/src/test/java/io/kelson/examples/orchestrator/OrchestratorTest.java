package io.kelson.examples.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import io.kelson.client.cache.Cache;
import io.kelson.client.coordination.Election;
import io.kelson.client.coordination.ElectionObserver;
import io.kelson.client.discovery.Balancers;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import io.kelson.examples.orchestrator.parts.Answers;
import io.kelson.examples.orchestrator.parts.Autoscaler;
import io.kelson.examples.orchestrator.parts.Caller;
import io.kelson.examples.orchestrator.parts.Fleet;
import io.kelson.examples.orchestrator.parts.ScalingRule;
import io.kelson.examples.orchestrator.parts.Scheduler;
import io.kelson.examples.orchestrator.parts.Worker;
import io.kelson.examples.orchestrator.policy.FirstComeFirstServed;
import io.kelson.examples.orchestrator.work.DesiredCount;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Item.State;
import io.kelson.examples.orchestrator.work.Keys;
import io.kelson.examples.orchestrator.work.WorkQueue;
import io.kelson.junit.KelsonCluster;
import io.kelson.junit.LocalCluster;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole, on three members, while parts and members of the store are killed. */
@KelsonCluster(nodes = 3)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class OrchestratorTest {
  /** Short, but longer than a busy machine is likely to stand still. */
  private static final long TTL_SECONDS = 4;

  private static final int CAPACITY = 4;
  private static final ScalingRule RULE = new ScalingRule(8, 2, 3, Duration.ZERO);

  /** Ample: what has not happened by then will not. */
  private static final long PATIENCE_SECONDS = 90;

  private final LocalCluster cluster;
  private final KelsonClient client;
  private final StoppedTimer timer = new StoppedTimer();
  private final Map<String, InProcess> parts = new ConcurrentHashMap<>();
  private final Fleet nodes = new Fleet("node", this::node, Duration.ZERO, log("machine"));
  private Cache items;
  private ServiceView live;

  OrchestratorTest(LocalCluster cluster, KelsonClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  @BeforeEach
  void look() {
    items = Cache.open(client, Keys.ITEMS);
    items.ready().join();
    live = new ServiceRegistry(client, Keys.SERVICES).watch(Keys.WORKER);
    live.ready().join();
  }

  @AfterEach
  void stop() {
    nodes.close();
    parts.values().forEach(InProcess::stop);
    timer.close();
    items.close();
    live.close();
  }

  private static Consumer<String> log(String who) {
    return line -> System.out.println(who + ": " + line);
  }

  private InProcess node(String name) {
    KelsonClient own = cluster.newClient();
    Answers answers = Answers.start(name);
    Worker worker =
        Worker.start(own, name, CAPACITY, answers.address(), TTL_SECONDS, timer, log(name));
    InProcess node = InProcess.of(own, worker, answers);
    parts.put(name, node);
    return node;
  }

  private void scheduler(String name) {
    KelsonClient own = cluster.newClient();
    parts.put(
        name,
        InProcess.of(
            own, Scheduler.start(own, name, new FirstComeFirstServed(), TTL_SECONDS, log(name))));
  }

  private void autoscaler(String name) {
    KelsonClient own = cluster.newClient();
    parts.put(
        name,
        InProcess.of(
            own,
            Autoscaler.start(own, name, RULE, InstantSource.system(), TTL_SECONDS, log(name))));
  }

  private void submit(int from, int to) {
    WorkQueue queue = new WorkQueue(client);
    for (int i = from; i < to; i++) {
      assertThat(queue.submit(Item.fresh("item-%02d".formatted(i), Duration.ofHours(1), 1)))
          .isTrue();
    }
  }

  private void awaitItems(String what, Predicate<List<Item>> condition) throws Exception {
    CompletableFuture<Void> met = new CompletableFuture<>();
    Runnable look =
        () -> {
          if (condition.test(Item.readAll(items.list(Keys.ITEMS).kvs()))) {
            met.complete(null);
          }
        };
    items.listen((revision, events) -> look.run());
    look.run();
    await(what, met);
  }

  private void awaitNodes(String what, Set<String> names) throws Exception {
    CompletableFuture<Void> met = new CompletableFuture<>();
    live.listen(
        instances -> {
          Set<String> seen = new HashSet<>();
          instances.stream().map(Instance::id).forEach(seen::add);
          if (seen.equals(names)) {
            met.complete(null);
          }
        });
    await(what, met);
  }

  private void awaitLeader(String name) throws Exception {
    CompletableFuture<Void> met = new CompletableFuture<>();
    Bytes wanted = Bytes.utf8(name);
    try (ElectionObserver observer =
        new Election(client, Keys.SCHEDULER)
            .observe(
                leader -> {
                  if (leader.value().equals(wanted)) {
                    met.complete(null);
                  }
                })) {
      observer.closed().exceptionally(failure -> fail(met, failure));
      await(name + " leads", met);
    }
  }

  private static Void fail(CompletableFuture<?> future, Throwable failure) {
    future.completeExceptionally(failure);
    return null;
  }

  private static void await(String what, CompletableFuture<?> met) throws Exception {
    assertThat(met).as(what).succeedsWithin(Duration.ofSeconds(PATIENCE_SECONDS));
  }

  private static long running(List<Item> items, String node) {
    return items.stream()
        .filter(item -> item.state() == State.ASSIGNED && item.node().equals(node))
        .count();
  }

  private static boolean allFull(List<Item> items, String... nodes) {
    return List.of(nodes).stream().allMatch(node -> running(items, node) == CAPACITY);
  }

  /** Two rounds over the nodes reach each of them twice. */
  private void callsReach(String... names) throws InterruptedException {
    try (Caller caller = new Caller(client, Balancers::roundRobin)) {
      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 2 * names.length; i++) {
        answers.add(caller.call().orElseThrow());
      }
      List<String> twice = new ArrayList<>(List.of(names));
      twice.addAll(List.of(names));
      assertThat(answers).containsExactlyInAnyOrderElementsOf(twice);
    }
  }

  @Test
  void itHealsAndEveryItemIsDoneOnce() throws Exception {
    scheduler("scheduler-1");
    awaitLeader("scheduler-1");
    scheduler("scheduler-2");
    try (Cache desired = DesiredCount.follow(client, nodes::resize)) {
      submit(0, 20);
      autoscaler("autoscaler-1");
      awaitNodes("as many nodes as the work needs", Set.of("node-1", "node-2", "node-3"));
      awaitItems("all nodes are full", now -> allFull(now, "node-1", "node-2", "node-3"));
      callsReach("node-1", "node-2", "node-3");

      parts.get("node-1").kill();
      awaitNodes("the dead is replaced", Set.of("node-2", "node-3", "node-4"));
      awaitItems(
          "its items go to another",
          now -> running(now, "node-1") == 0 && allFull(now, "node-2", "node-3", "node-4"));
      callsReach("node-2", "node-3", "node-4");

      parts.get("scheduler-1").kill();
      awaitLeader("scheduler-2");
      cluster.stop(cluster.leader());
      submit(20, 24);
      timer.letGo();
      awaitItems(
          "all items are done",
          now -> now.size() == 24 && now.stream().allMatch(item -> item.state() == State.DONE));
      awaitNodes("without work, the fewest nodes", Set.of("node-2", "node-3"));
      callsReach("node-2", "node-3");
      assertThat(desired.closed()).isNotDone();
    }
    assertThat(recordsByItem()).hasSize(24).allSatisfy((id, by) -> assertThat(by).hasSize(1));
    assertThat(recordsByItem().values()).noneMatch(by -> by.contains("node-1"));
  }

  /** Who recorded each item as done, in the whole history. */
  private Map<String, List<String>> recordsByItem() throws Exception {
    Map<String, List<String>> records = new ConcurrentHashMap<>();
    CompletableFuture<Void> read = new CompletableFuture<>();
    long lastChange =
        items.list(Keys.ITEMS).kvs().stream().mapToLong(KeyValue::modRevision).max().orElseThrow();
    try (Watcher watcher =
        client.watch(
            WatchOptions.builder(Keys.ITEMS).prefix().startRevision(1).build(),
            batch -> {
              for (WatchEvent event : batch.events()) {
                Item.read(event.kv())
                    .filter(item -> item.state() == State.DONE)
                    .ifPresent(item -> record(records, item));
                if (event.kv().modRevision() == lastChange) {
                  read.complete(null);
                }
              }
            })) {
      watcher.closed().exceptionally(failure -> fail(read, failure));
      await("the history is read", read);
    }
    return records;
  }

  private static void record(Map<String, List<String>> records, Item item) {
    records.computeIfAbsent(item.id(), id -> new ArrayList<>()).add(item.node());
  }
}
