package io.kelson.server.config;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * The settings of one member. Build one with {@link #builder()}; what makes no sense is refused
 * there. The names are those of etcd's flags.
 *
 * @param name what people call this member; unique in the cluster
 * @param dataDir the directory that holds everything this member must not lose
 * @param listenClientUrls where clients are accepted; port 0 takes a free one
 * @param advertiseClientUrls where clients are told to find this member
 * @param listenPeerUrls where other members are accepted
 * @param initialAdvertisePeerUrls where other members find this one; the member's id is made of
 *     them
 * @param initialCluster the members the cluster starts with
 * @param initialClusterState whether the cluster is being started or already runs
 * @param initialClusterToken sets clusters with the same URLs apart; part of every id
 * @param heartbeatIntervalMillis how often a leader makes itself heard. Too small: idle members
 *     keep the processor and the network busy; too large: a dead leader is noticed late
 * @param electionTimeoutMillis how long a follower waits for its leader. Too small: an election on
 *     every pause of garbage collector or disk; too large: writes stand still for longer after a
 *     leader's death
 * @param readLease whether a leader answers reads without asking the others while clocks say that
 *     none of them can lead; the same for all members, or reads may be stale
 * @param readLeaseMaxClockDriftPercent by how much the slowest clock among the members may lag
 *     behind the fastest, in [1, 50]. Too small: stale reads where clocks are worse; too large:
 *     shorter leases, and reads that ask after all
 * @param snapshotCount entries after which the log may be cut. Too small: followers that were away
 *     need the whole state instead of a few entries; too large: a long log to keep and replay
 * @param maxRequestBytes largest request that goes into the log. Too small: honest requests are
 *     refused; too large: one request holds up all others behind it, and heartbeats with them
 * @param maxTxnOps most operations in one transaction. Too small: honest transactions are refused;
 *     too large: one transaction holds up applying
 * @param logLevel how much is logged
 * @param clientTls TLS on the client port
 * @param peerTls TLS on the peer port
 * @param auth how clients prove who they are
 * @param storage what the store may grow to
 * @param checks when members compare what they hold
 * @param http what is served over HTTP/1.1
 * @param log how and where to is logged
 * @param limits what one client may take up
 * @param cluster how this member comes to its cluster
 * @param replication what members that lag get
 */
public record ServerConfig(
    String name,
    Path dataDir,
    List<String> listenClientUrls,
    List<String> advertiseClientUrls,
    List<String> listenPeerUrls,
    List<String> initialAdvertisePeerUrls,
    InitialCluster initialCluster,
    ClusterState initialClusterState,
    String initialClusterToken,
    int heartbeatIntervalMillis,
    int electionTimeoutMillis,
    boolean readLease,
    int readLeaseMaxClockDriftPercent,
    long snapshotCount,
    int maxRequestBytes,
    int maxTxnOps,
    LogLevel logLevel,
    TlsSettings clientTls,
    TlsSettings peerTls,
    AuthSettings auth,
    StorageSettings storage,
    CheckSettings checks,
    HttpSettings http,
    LogSettings log,
    LimitSettings limits,
    ClusterSettings cluster,
    ReplicationSettings replication) {
  /** Whether the cluster is being started, or is there already. */
  public enum ClusterState {
    NEW,
    EXISTING
  }

  /** How much is logged, as etcd calls it. */
  public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /** Largest election timeout, as in etcd: above it a dead leader is noticed absurdly late. */
  static final int MAX_ELECTION_TIMEOUT_MILLIS = 50_000;

  /** Far more than any clock that works, so that nobody has to think about it. */
  static final int DEFAULT_CLOCK_DRIFT_PERCENT = 10;

  /** Above this one request would hold up replication for too long. */
  static final int MAX_REQUEST_BYTES = 32 << 20;

  /** Anything smaller could not even carry a member's own attributes. */
  static final int MIN_REQUEST_BYTES = 1024;

  /**
   * Checks everything that can be checked without touching the disk or the network.
   *
   * @throws ConfigException with all that is wrong
   */
  public ServerConfig {
    Problems problems = new Problems();
    problems.check(() -> requireName(name));
    listenClientUrls = problems.urls("--listen-client-urls", listenClientUrls);
    advertiseClientUrls = problems.urls("--advertise-client-urls", advertiseClientUrls);
    listenPeerUrls = problems.urls("--listen-peer-urls", listenPeerUrls);
    List<String> clients = listenClientUrls;
    List<String> peers = listenPeerUrls;
    List<String> advertised =
        problems.urls("--initial-advertise-peer-urls", initialAdvertisePeerUrls);
    initialAdvertisePeerUrls = advertised;
    problems.check(() -> requireOwnEntry(name, advertised, initialCluster));
    if (initialClusterToken.isEmpty()) {
      problems.add("--initial-cluster-token is empty; leave it out for etcd-cluster");
    }
    problems.check(() -> requireTimers(heartbeatIntervalMillis, electionTimeoutMillis));
    problems.check(
        () ->
            SettingsChecks.requireWithin(
                "--read-lease-max-clock-drift-percent", readLeaseMaxClockDriftPercent, 1, 50));
    problems.check(
        () -> SettingsChecks.requireWithin("--snapshot-count", snapshotCount, 1, Long.MAX_VALUE));
    problems.check(
        () ->
            SettingsChecks.requireWithin(
                "--max-request-bytes", maxRequestBytes, MIN_REQUEST_BYTES, MAX_REQUEST_BYTES));
    problems.check(() -> SettingsChecks.requireWithin("--max-txn-ops", maxTxnOps, 1, 100_000));
    problems.check(
        () ->
            SettingsChecks.requireApart(
                "--listen-client-urls", clients, "--listen-peer-urls", peers));
    problems.check(
        () ->
            SettingsChecks.requireApart(
                "--listen-client-urls",
                clients,
                "--listen-metrics-urls",
                http.listenMetricsUrls()));
    problems.check(
        () ->
            SettingsChecks.requireApart(
                "--listen-client-urls",
                clients,
                "--listen-client-http-urls",
                http.listenClientHttpUrls()));
    problems.check(() -> TlsChecks.requireClient(clientTls, clients));
    problems.check(() -> TlsChecks.requirePeer(peerTls, peers));
    problems.check(() -> SettingsChecks.storage(storage));
    problems.check(() -> SettingsChecks.auth(auth));
    problems.check(() -> SettingsChecks.checks(checks));
    problems.check(() -> SettingsChecks.log(log));
    problems.check(() -> SettingsChecks.limits(limits));
    problems.check(() -> SettingsChecks.cluster(cluster));
    problems.check(() -> SettingsChecks.replication(replication));
    problems.throwIfAny();
  }

  /** The same with other members, of which this one goes by other URLs. */
  public ServerConfig withMembers(InitialCluster members, List<String> ownPeerUrls) {
    return new ServerConfig(
        name,
        dataDir,
        listenClientUrls,
        advertiseClientUrls,
        listenPeerUrls,
        ownPeerUrls,
        members,
        initialClusterState,
        initialClusterToken,
        heartbeatIntervalMillis,
        electionTimeoutMillis,
        readLease,
        readLeaseMaxClockDriftPercent,
        snapshotCount,
        maxRequestBytes,
        maxTxnOps,
        logLevel,
        clientTls,
        peerTls,
        auth,
        storage,
        checks,
        http,
        log,
        limits,
        cluster,
        replication);
  }

  /** A builder holding etcd's defaults. */
  public static ServerConfigBuilder builder() {
    return new ServerConfigBuilder();
  }

  /**
   * How long a request may take before it is answered with {@code request timed out}: 5 s for the
   * disk and the queue, and two election timeouts for a leader to be found (as etcd).
   */
  public long requestTimeoutMillis() {
    return 5_000L + 2L * electionTimeoutMillis;
  }

  private static void requireName(String name) {
    if (name.isBlank() || name.contains("=") || name.contains(",")) {
      throw new ConfigException(
          "--name \"" + name + "\" must not be blank nor contain \"=\" or \",\"");
    }
  }

  private static void requireOwnEntry(String name, List<String> advertised, InitialCluster all) {
    List<String> entry = all.peerUrlsByName().get(name);
    if (entry == null) {
      throw new ConfigException(
          ("--initial-cluster has no member called \"%s\", which is this member's --name; it names "
                  + "%s. Add %s=%s to it or correct --name")
              .formatted(name, all.peerUrlsByName().keySet(), name, advertised.get(0)));
    }
    if (!new TreeSet<>(entry).equals(new TreeSet<>(advertised))) {
      throw new ConfigException(
          "--initial-cluster gives \"%s\" the peer URLs %s but --initial-advertise-peer-urls says %s; make them the same"
              .formatted(name, entry, advertised));
    }
  }

  private static void requireTimers(int heartbeatMillis, int electionMillis) {
    SettingsChecks.requireWithin(
        "--heartbeat-interval", heartbeatMillis, 1, MAX_ELECTION_TIMEOUT_MILLIS / 5);
    if (electionMillis < 5 * heartbeatMillis) {
      throw new ConfigException(
          ("--election-timeout %d ms must be at least 5 times --heartbeat-interval %d ms, or a "
                  + "single lost heartbeat costs the leader its place; raise it to %d or more")
              .formatted(electionMillis, heartbeatMillis, 5 * heartbeatMillis));
    }
    SettingsChecks.requireWithin(
        "--election-timeout", electionMillis, 1, MAX_ELECTION_TIMEOUT_MILLIS);
  }
}
