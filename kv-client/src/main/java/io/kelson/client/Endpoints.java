package io.kelson.client;

import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The endpoints, one of which is current: requests go there until it fails.
 *
 * <p>Staying with one keeps stale reads from going back in time between two calls, and asks nothing
 * of members that are not needed. Thread-safe.
 */
final class Endpoints {
  private final List<Endpoint> all = new ArrayList<>();
  private final AtomicInteger current;

  Endpoints(List<String> names, int first, Function<String, ManagedChannel> dial) {
    for (String name : names) {
      all.add(new Endpoint(all.size(), name, dial));
    }
    this.current = new AtomicInteger(first);
  }

  Endpoint current() {
    return all.get(current.get());
  }

  /** Moves on from {@code failed}, unless somebody has already. */
  void moveOnFrom(Endpoint failed) {
    current.compareAndSet(failed.index(), (failed.index() + 1) % all.size());
  }

  /** The endpoint of that name; one that is not among the endpoints is refused. */
  Endpoint named(String name) {
    return all.stream()
        .filter(endpoint -> endpoint.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown endpoint " + name + ": name one of " + names()));
  }

  List<String> names() {
    return all.stream().map(Endpoint::name).toList();
  }

  int size() {
    return all.size();
  }

  List<Endpoint> all() {
    return List.copyOf(all);
  }
}
