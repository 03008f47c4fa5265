package io.kelson.examples.orchestrator.parts;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.WatchEvent;
import io.kelson.client.cache.Cache;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.Registration;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Keys;
import io.kelson.examples.orchestrator.work.WorkQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A node: registers itself by lease, watches what is assigned to it, runs it and records that it is
 * done. To run an item is to let its duration pass.
 *
 * <p>It obeys the watch: an assignment that goes away is stopped, whatever the reason. If the node
 * was cut off and its items were given to others, its own records are refused when it comes back,
 * since the items have changed. Thread-safe.
 */
public final class Worker implements AutoCloseable {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String name;
  private final WorkQueue queue;
  private final Timer timer;
  private final Consumer<String> log;
  private final Map<Bytes, Runnable> running = new HashMap<>();
  private final Cache assignments;
  private final Registration registration;
  private boolean closed;

  private Worker(
      KelsonClient client, Instance instance, long ttlSeconds, Timer timer, Consumer<String> log) {
    this.name = instance.id();
    this.queue = new WorkQueue(client);
    this.timer = timer;
    this.log = log;
    this.assignments =
        Cache.open(client, Keys.assigned(name), (revision, events) -> follow(events));
    this.assignments.ready().join();
    this.registration =
        new ServiceRegistry(client, Keys.SERVICES).register(Keys.WORKER, instance, ttlSeconds);
  }

  /**
   * Starts a node.
   *
   * @param capacity how much it runs at once
   * @param address where it answers, as {@code host:port}
   * @param ttlSeconds how long its items wait when it dies without a word
   */
  public static Worker start(
      KelsonClient client,
      String name,
      int capacity,
      String address,
      long ttlSeconds,
      Timer timer,
      Consumer<String> log) {
    Instance instance = Instance.of(name, address).with(Keys.CAPACITY, Integer.toString(capacity));
    return new Worker(client, instance, ttlSeconds, timer, log);
  }

  private synchronized void follow(List<WatchEvent> events) {
    for (WatchEvent event : events) {
      stop(event.kv().key());
      if (event.type() == WatchEvent.Type.PUT) {
        run(event.kv());
      }
    }
  }

  private void stop(Bytes key) {
    Runnable callOff = running.remove(key);
    if (callOff != null) {
      callOff.run();
    }
  }

  private void run(KeyValue assignment) {
    if (!closed) {
      Item.read(assignment)
          .ifPresent(
              item ->
                  running.put(assignment.key(), timer.start(item.duration(), () -> finish(item))));
    }
  }

  private void finish(Item item) {
    try {
      if (queue.complete(item)) {
        log.accept(item.id() + " is done");
      }
    } catch (EtcdException e) {
      // It stays assigned to this node until that is recorded, or until the node is given up.
      log.accept(item.id() + " is done, but the store does not answer: " + e.getMessage());
      again(item);
    }
  }

  private synchronized void again(Item item) {
    running.computeIfPresent(
        Keys.assigned(name).concat(Bytes.utf8(item.id())),
        (key, over) -> timer.start(RETRY, () -> finish(item)));
  }

  /**
   * Takes the node from the list and stops what it runs; its items go to others.
   *
   * @throws EtcdException if the store does not answer; the node then goes when its lease does
   */
  @Override
  public void close() {
    try {
      registration.close();
    } finally {
      assignments.close();
      stopAll();
    }
  }

  private synchronized void stopAll() {
    closed = true;
    running.values().forEach(Runnable::run);
    running.clear();
  }
}
