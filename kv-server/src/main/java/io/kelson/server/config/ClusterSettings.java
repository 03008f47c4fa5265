package io.kelson.server.config;

/**
 * How a member comes to its cluster, and what changes of membership are let through.
 *
 * @param strictReconfigCheck refuse changes that would cost the cluster its majority
 * @param maxLearners learners there may be at a time
 * @param forceNewCluster start as the only member of a new cluster that holds this directory's
 *     data; for recovery when the majority is lost for good
 * @param discoverySrv DNS domain whose SRV records name the members; empty: not asked
 * @param discoverySrvName added to the service's name in those records; empty: nothing is
 */
public record ClusterSettings(
    boolean strictReconfigCheck,
    int maxLearners,
    boolean forceNewCluster,
    String discoverySrv,
    String discoverySrvName) {
  /** As etcd. */
  public static final ClusterSettings DEFAULT = new ClusterSettings(true, 1, false, "", "");

  /** The same, for a member that starts over alone. */
  public ClusterSettings forcedAlone() {
    return new ClusterSettings(
        strictReconfigCheck, maxLearners, true, discoverySrv, discoverySrvName);
  }
}
