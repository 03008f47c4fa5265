package io.kelson.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Learns which endpoint is the leader's, so that writes save the hop from a follower.
 *
 * <p>It asks in the background, when a write comes along and the last answer is old, and never
 * makes a request wait: while nothing is known, or what is known failed, writes go where reads go.
 * A wrong guess costs that hop and nothing else, since followers pass writes on. Thread-safe.
 */
final class LeaderFinder {
  private static final long KNOWN_FOR_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long ASKED_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Endpoints endpoints;
  private final Function<Endpoint, CompletableFuture<EndpointStatus>> status;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Endpoint leader;
  private volatile long askedAtNanos = System.nanoTime() - KNOWN_FOR_NANOS;

  LeaderFinder(Endpoints endpoints, Function<Endpoint, CompletableFuture<EndpointStatus>> status) {
    this.endpoints = endpoints;
    this.status = status;
  }

  /** Where to send a write now. */
  Endpoint forWrite() {
    Endpoint known = leader;
    long waitNanos = known == null ? ASKED_FOR_NANOS : KNOWN_FOR_NANOS;
    if (System.nanoTime() - askedAtNanos >= waitNanos && asking.compareAndSet(false, true)) {
      ask();
    }
    return known != null && known.healthy() ? known : endpoints.current();
  }

  /** That endpoint did not do: if it was taken for the leader's, ask again soon. */
  void failed(Endpoint endpoint) {
    if (leader == endpoint) {
      leader = null;
    }
  }

  private void ask() {
    askedAtNanos = System.nanoTime();
    List<Endpoint> all = endpoints.all();
    CompletableFuture<?>[] answers =
        all.stream().map(this::ask).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(answers).whenComplete((none, failure) -> asking.set(false));
  }

  private CompletableFuture<?> ask(Endpoint endpoint) {
    return status
        .apply(endpoint)
        .thenAccept(
            answer -> {
              if (answer.leader() != 0 && answer.leader() == answer.header().memberId()) {
                leader = endpoint;
              } else {
                failed(endpoint);
              }
            });
  }
}
