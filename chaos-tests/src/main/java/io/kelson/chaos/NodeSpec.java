package io.kelson.chaos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything one member is started with.
 *
 * @param name the member's name in {@code initialCluster}
 * @param dataDir its data directory
 * @param clientPort where clients reach it, on loopback
 * @param peerPort where the other members reach it, on loopback
 * @param initialCluster all members as {@code name=url,...}; empty if a settings file says it, and
 *     then {@code extraFlags} are all the flags there are
 * @param timing the timers every member of the cluster shares
 * @param extraFlags further flags, as the product under test takes them
 * @param joins whether it joins a cluster that runs already
 * @param listenPeerPort the peer port it binds, which is another than {@code peerPort} if something
 *     stands between
 */
public record NodeSpec(
    String name,
    Path dataDir,
    int clientPort,
    int peerPort,
    String initialCluster,
    ClusterTiming timing,
    List<String> extraFlags,
    boolean joins,
    int listenPeerPort) {

  /** A member that its peers reach without a detour. */
  public NodeSpec(
      String name,
      Path dataDir,
      int clientPort,
      int peerPort,
      String initialCluster,
      ClusterTiming timing,
      List<String> extraFlags,
      boolean joins) {
    this(name, dataDir, clientPort, peerPort, initialCluster, timing, extraFlags, joins, peerPort);
  }

  /** A member of a cluster that is being started. */
  public NodeSpec(
      String name,
      Path dataDir,
      int clientPort,
      int peerPort,
      String initialCluster,
      ClusterTiming timing,
      List<String> extraFlags) {
    this(name, dataDir, clientPort, peerPort, initialCluster, timing, extraFlags, false);
  }

  /** A member that is told nothing but the file its settings are in. */
  static NodeSpec ofFile(
      String name,
      Path dataDir,
      int clientPort,
      int peerPort,
      ClusterTiming timing,
      Path settings) {
    List<String> flag = List.of("--config-file=" + settings);
    return new NodeSpec(name, dataDir, clientPort, peerPort, "", timing, flag);
  }

  /** The member's address for its peers, as a URL. */
  public String peerUrl() {
    return "http://127.0.0.1:" + peerPort;
  }

  /** The member's address for clients, as {@code host:port}. */
  public String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  /** The same member with another data directory. */
  public NodeSpec withDataDir(Path other) {
    return new NodeSpec(
        name,
        other,
        clientPort,
        peerPort,
        initialCluster,
        timing,
        extraFlags,
        joins,
        listenPeerPort);
  }

  /**
   * The same member, which joins a cluster that runs: these, as {@code name=url,...} with itself.
   */
  NodeSpec joining(String members) {
    return new NodeSpec(
        name, dataDir, clientPort, peerPort, members, timing, extraFlags, true, listenPeerPort);
  }

  /** The same member, which binds another peer port than the one its peers are told. */
  public NodeSpec withListenPeerPort(int other) {
    return new NodeSpec(
        name, dataDir, clientPort, peerPort, initialCluster, timing, extraFlags, joins, other);
  }

  /** The command-line flags, in the words of etcd, which Kelson takes as well. */
  public List<String> flags() {
    if (initialCluster.isEmpty()) {
      return extraFlags;
    }
    String clientUrl = "http://" + endpoint();
    String peerUrl = peerUrl();
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--name=" + name,
                "--data-dir=" + dataDir,
                "--listen-client-urls=" + clientUrl,
                "--advertise-client-urls=" + clientUrl,
                "--listen-peer-urls=http://127.0.0.1:" + listenPeerPort,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=" + initialCluster,
                "--initial-cluster-state=" + (joins ? "existing" : "new"),
                "--initial-cluster-token=kelson-harness",
                "--heartbeat-interval=" + timing.heartbeatIntervalMillis(),
                "--election-timeout=" + timing.electionTimeoutMillis()));
    flags.addAll(extraFlags);
    return flags;
  }
}
