package io.kelson.client.discovery;

import io.kelson.client.KelsonClient;
import io.kelson.client.cache.Cache;
import io.kelson.client.cache.CacheView;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The instances of one service, kept up to date. While there is no connection it keeps what it knew
 * last. Thread-safe.
 */
public final class ServiceView implements AutoCloseable {
  private final ServiceRegistry registry;
  private final String service;
  private final List<Consumer<List<Instance>>> listeners = new CopyOnWriteArrayList<>();
  private final Cache cache;
  private volatile List<Instance> instances = List.of();

  ServiceView(ServiceRegistry registry, KelsonClient client, String service) {
    this.registry = registry;
    this.service = service;
    this.cache = Cache.open(client, registry.below(service));
    this.cache.listen((revision, events) -> refresh());
    this.cache.ready().thenRun(this::refresh);
  }

  private synchronized void refresh() {
    CacheView all = cache.list(registry.below(service));
    List<Instance> now = List.copyOf(registry.instances(service, all.kvs()));
    if (!now.equals(instances)) {
      instances = now;
      listeners.forEach(listener -> listener.accept(now));
    }
  }

  /** The service's name. */
  public String service() {
    return service;
  }

  /** Completes when the instances have been read for the first time; fails if they cannot be. */
  public CompletableFuture<Void> ready() {
    return cache.ready().thenRun(this::refresh);
  }

  /** Completes when it is over, exceptionally if it was not closed on this side. */
  public CompletableFuture<Void> closed() {
    return cache.closed();
  }

  /** The instances now, by id; none before {@link #ready}. */
  public List<Instance> instances() {
    return instances;
  }

  /**
   * Adds one who is told the instances, now and whenever they change.
   *
   * @param listener called by one thread at a time; must be quick
   */
  public synchronized void listen(Consumer<List<Instance>> listener) {
    listeners.add(listener);
    listener.accept(instances);
  }

  /** Stops following; the instances known last stay. Idempotent. */
  @Override
  public void close() {
    cache.close();
  }
}
