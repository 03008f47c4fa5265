package io.kelson.client;

import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * The endpoints, one of which is current: requests go there until it fails.
 *
 * <p>Staying with one keeps stale reads from going back in time between two calls, and asks nothing
 * of members that are not needed. The set changes only when it is replaced by the cluster's own
 * list of members. Thread-safe.
 */
final class Endpoints {
  private final Function<String, ManagedChannel> dial;

  /** No longer members; calls that were under way may still need them. */
  private final List<Endpoint> retired = new ArrayList<>();

  private volatile List<Endpoint> all;
  private volatile Endpoint current;

  Endpoints(List<String> names, int first, Function<String, ManagedChannel> dial) {
    this.dial = dial;
    this.all = names.stream().map(name -> new Endpoint(name, dial)).toList();
    this.current = all.get(first);
  }

  Endpoint current() {
    return current;
  }

  /** Moves on from {@code failed}, unless somebody has already, to one that did not fail lately. */
  synchronized void moveOnFrom(Endpoint failed) {
    failed.noteFailure();
    if (current == failed) {
      current = after(failed);
    }
  }

  private Endpoint after(Endpoint failed) {
    List<Endpoint> choices = all;
    int from = choices.indexOf(failed) + 1;
    for (int i = 0; i < choices.size(); i++) {
      Endpoint candidate = choices.get((from + i) % choices.size());
      if (candidate.healthy()) {
        return candidate;
      }
    }
    return choices.get(from % choices.size());
  }

  /**
   * Takes these instead; those that stay keep their connection. Nothing happens for an empty list.
   */
  synchronized void replace(List<String> names) {
    if (names.isEmpty() || names.equals(names())) {
      return;
    }
    List<Endpoint> before = all;
    List<Endpoint> now = new ArrayList<>(names.size());
    for (String name : names) {
      now.add(
          before.stream()
              .filter(endpoint -> endpoint.name().equals(name))
              .findFirst()
              .orElseGet(() -> new Endpoint(name, dial)));
    }
    all = List.copyOf(now);
    if (!now.contains(current)) {
      current = now.get(ThreadLocalRandom.current().nextInt(now.size()));
    }
    retired.removeIf(endpoint -> !endpoint.connected());
    for (Endpoint endpoint : before) {
      if (!now.contains(endpoint)) {
        endpoint.retire();
        retired.add(endpoint);
      }
    }
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
    return all;
  }

  /** Every endpoint there was, for closing. */
  synchronized List<Endpoint> everyOne() {
    List<Endpoint> every = new ArrayList<>(all);
    every.addAll(retired);
    return every;
  }
}
