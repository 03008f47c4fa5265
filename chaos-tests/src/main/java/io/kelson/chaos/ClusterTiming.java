package io.kelson.chaos;

import java.time.Duration;

/**
 * The timers of a cluster.
 *
 * @param heartbeatIntervalMillis how often a leader is heard
 * @param electionTimeoutMillis how long a follower waits for it before it stands for election
 */
public record ClusterTiming(int heartbeatIntervalMillis, int electionTimeoutMillis) {
  /** The defaults of etcd and of Kelson. */
  public static final ClusterTiming DEFAULT = new ClusterTiming(100, 1_000);

  /**
   * When a server gives up on a request it cannot get through the cluster: 5 s and two election
   * timeouts (etcd's rule).
   */
  public Duration requestTimeout() {
    return Duration.ofSeconds(5).plusMillis(2L * electionTimeoutMillis);
  }
}
