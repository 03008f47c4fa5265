package io.kelson.bench;

import java.time.Duration;
import java.util.List;

/**
 * How a load is put on a cluster.
 *
 * @param endpoints the members as {@code host:port}; connections go round them in this order
 * @param clients how many operations are in flight in a closed loop
 * @param connections over how many connections
 * @param eventLoops on how many driver threads
 * @param warmup how long to run before measuring
 * @param duration how long to measure; ignored if {@code total} is set
 * @param total how many operations to measure; 0 for {@code duration}
 * @param ratePerSecond open loop at this rate; 0 for a closed loop
 * @param maxInFlight in an open loop, how many operations may wait for answers; more are not sent,
 *     and counted
 * @param seed of keys, values and arrival times
 */
public record LoadPlan(
    List<String> endpoints,
    int clients,
    int connections,
    int eventLoops,
    Duration warmup,
    Duration duration,
    long total,
    double ratePerSecond,
    int maxInFlight,
    long seed) {

  /** Checks that it can be run. */
  public LoadPlan {
    endpoints = List.copyOf(endpoints);
    require(!endpoints.isEmpty(), "name at least one endpoint");
    require(clients > 0, "clients must be positive, not " + clients);
    require(connections > 0, "connections must be positive, not " + connections);
    require(eventLoops > 0, "event loops must be positive, not " + eventLoops);
    require(total >= 0, "total must not be negative: " + total);
    require(ratePerSecond >= 0, "rate must not be negative: " + ratePerSecond);
    require(maxInFlight > 0, "max in flight must be positive, not " + maxInFlight);
    require(total > 0 || duration.toMillis() > 0, "measure some operations or some time");
  }

  /** Whether arrivals are paced and do not wait for answers. */
  public boolean open() {
    return ratePerSecond > 0;
  }

  /**
   * The same cluster and connections for another closed load that ends after so many operations.
   */
  LoadPlan of(int otherClients, long operations) {
    return new LoadPlan(
        endpoints,
        otherClients,
        connections,
        eventLoops,
        Duration.ZERO,
        duration,
        operations,
        0,
        maxInFlight,
        seed);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
