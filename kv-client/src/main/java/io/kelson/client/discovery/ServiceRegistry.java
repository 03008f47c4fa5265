package io.kelson.client.discovery;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where services are registered and found.
 *
 * <p>An instance is the key {@code <prefix><service>/<id>}; its value has the form of a URL's
 * query: {@code address=10.0.0.1%3A8080&weight=1&meta.zone=a}. Thread-safe.
 */
public final class ServiceRegistry {
  /** Where services are by default. */
  public static final Bytes DEFAULT_PREFIX = Bytes.utf8("/services/");

  /** How long an instance that has died stays in the list by default. */
  public static final long DEFAULT_TTL_SECONDS = 10;

  private final KelsonClient client;
  private final Bytes prefix;

  /** The registry below {@link #DEFAULT_PREFIX}. */
  public ServiceRegistry(KelsonClient client) {
    this(client, DEFAULT_PREFIX);
  }

  /** The registry below some prefix. */
  public ServiceRegistry(KelsonClient client, Bytes prefix) {
    this.client = client;
    this.prefix = prefix;
  }

  /** Registers an instance with {@link #DEFAULT_TTL_SECONDS}. */
  public Registration register(String service, Instance instance) {
    return register(service, instance, DEFAULT_TTL_SECONDS);
  }

  /**
   * Registers an instance, until the registration is closed. If its lease is lost, for want of a
   * connection say, it registers itself anew as soon as it can. An instance of the same id is
   * replaced.
   *
   * @param ttlSeconds how long it stays in the list when its process dies without a word
   * @throws EtcdException if it cannot be registered now
   */
  public Registration register(String service, Instance instance, long ttlSeconds) {
    Registration registration =
        new Registration(client, key(service, instance.id()), instance, ttlSeconds);
    registration.begin();
    return registration;
  }

  /** The instances of a service now, by id. */
  public List<Instance> resolve(String service) {
    return instances(service, client.range(RangeOp.prefix(below(service))).kvs());
  }

  /** The instances of a service from now on. Close it when they are of no more use. */
  public ServiceView watch(String service) {
    return new ServiceView(this, client, service);
  }

  Bytes below(String service) {
    if (service.isEmpty()) {
      throw new IllegalArgumentException("the service has no name: give one");
    }
    return prefix.concat(Bytes.utf8(service + "/"));
  }

  private Bytes key(String service, String id) {
    return below(service).concat(Bytes.utf8(id));
  }

  List<Instance> instances(String service, List<KeyValue> kvs) {
    Bytes below = below(service);
    List<Instance> instances = new ArrayList<>(kvs.size());
    kvs.forEach(kv -> instance(below, kv).ifPresent(instances::add));
    return instances;
  }

  /** Somebody else's key below the service is nothing to stumble over. */
  private static Optional<Instance> instance(Bytes below, KeyValue kv) {
    try {
      return Optional.of(Instance.parse(kv.key().from(below.size()).utf8(), kv.value().utf8()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
