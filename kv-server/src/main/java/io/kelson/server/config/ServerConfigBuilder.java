package io.kelson.server.config;

import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfig.LogLevel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Collects settings, fills in etcd's defaults, and checks the whole. Not thread-safe.
 *
 * <p>Left alone it describes a cluster of one on localhost.
 */
public final class ServerConfigBuilder {
  private static final List<String> DEFAULT_CLIENT_URLS = List.of("http://localhost:2379");
  private static final List<String> DEFAULT_PEER_URLS = List.of("http://localhost:2380");

  private String name = "default";
  private Path dataDir;
  private List<String> listenClientUrls;
  private List<String> advertiseClientUrls;
  private List<String> listenPeerUrls = DEFAULT_PEER_URLS;
  private List<String> initialAdvertisePeerUrls = DEFAULT_PEER_URLS;
  private InitialCluster initialCluster;
  private ClusterState initialClusterState = ClusterState.NEW;
  private String initialClusterToken = "etcd-cluster";
  private int heartbeatIntervalMillis = 100;
  private int electionTimeoutMillis = 1000;
  private boolean readLease;
  private Integer readLeaseMaxClockDriftPercent;
  private long snapshotCount = 10_000;
  private int maxRequestBytes = 1_572_864;
  private int maxTxnOps = 128;
  private LogLevel logLevel = LogLevel.INFO;
  private TlsSettings clientTls = TlsSettings.OFF;
  private TlsSettings peerTls = TlsSettings.OFF;
  private AuthSettings auth = AuthSettings.DEFAULT;
  private StorageSettings storage = StorageSettings.DEFAULT;
  private CheckSettings checks = CheckSettings.DEFAULT;
  private HttpSettings http = HttpSettings.DEFAULT;
  private LogSettings log = LogSettings.DEFAULT;
  private LimitSettings limits = LimitSettings.DEFAULT;
  private ClusterSettings cluster = ClusterSettings.DEFAULT;
  private ReplicationSettings replication = ReplicationSettings.DEFAULT;

  ServerConfigBuilder() {}

  /** What people call this member; {@code default} if not said. */
  public ServerConfigBuilder name(String value) {
    name = value;
    return this;
  }

  /**
   * Where this member keeps its data; {@code <name>.kelson} in the working directory if not said.
   */
  public ServerConfigBuilder dataDir(Path value) {
    dataDir = value;
    return this;
  }

  /** Where clients are accepted; needs {@link #advertiseClientUrls} beside it unless port is 0. */
  public ServerConfigBuilder listenClientUrls(List<String> value) {
    listenClientUrls = List.copyOf(value);
    return this;
  }

  /** Where clients are told to find this member. */
  public ServerConfigBuilder advertiseClientUrls(List<String> value) {
    advertiseClientUrls = List.copyOf(value);
    return this;
  }

  /** Where other members are accepted. */
  public ServerConfigBuilder listenPeerUrls(List<String> value) {
    listenPeerUrls = List.copyOf(value);
    return this;
  }

  /** Where other members find this one. */
  public ServerConfigBuilder initialAdvertisePeerUrls(List<String> value) {
    initialAdvertisePeerUrls = List.copyOf(value);
    return this;
  }

  /** The members the cluster starts with; only this one if not said. */
  public ServerConfigBuilder initialCluster(InitialCluster value) {
    initialCluster = value;
    return this;
  }

  /** Whether the cluster is being started or runs already. */
  public ServerConfigBuilder initialClusterState(ClusterState value) {
    initialClusterState = value;
    return this;
  }

  /** Sets clusters with the same URLs apart. */
  public ServerConfigBuilder initialClusterToken(String value) {
    initialClusterToken = value;
    return this;
  }

  /** How often a leader makes itself heard, in milliseconds. */
  public ServerConfigBuilder heartbeatIntervalMillis(int value) {
    heartbeatIntervalMillis = value;
    return this;
  }

  /** How long a follower waits for its leader, in milliseconds. */
  public ServerConfigBuilder electionTimeoutMillis(int value) {
    electionTimeoutMillis = value;
    return this;
  }

  /**
   * Whether a leader answers reads without asking the others while clocks say that none of them can
   * lead; false if not said.
   */
  public ServerConfigBuilder readLease(boolean value) {
    readLease = value;
    return this;
  }

  /** What {@link #readLease} relies on; refused without it. 10 if not said. */
  public ServerConfigBuilder readLeaseMaxClockDriftPercent(int value) {
    readLeaseMaxClockDriftPercent = value;
    return this;
  }

  /** Entries after which the log may be cut. */
  public ServerConfigBuilder snapshotCount(long value) {
    snapshotCount = value;
    return this;
  }

  /** Largest request that goes into the log, in bytes. */
  public ServerConfigBuilder maxRequestBytes(int value) {
    maxRequestBytes = value;
    return this;
  }

  /** Most operations in one transaction. */
  public ServerConfigBuilder maxTxnOps(int value) {
    maxTxnOps = value;
    return this;
  }

  /** How much is logged. */
  public ServerConfigBuilder logLevel(LogLevel value) {
    logLevel = value;
    return this;
  }

  /** TLS on the client port; off if not said. */
  public ServerConfigBuilder clientTls(TlsSettings value) {
    clientTls = value;
    return this;
  }

  /** TLS on the peer port; off if not said. */
  public ServerConfigBuilder peerTls(TlsSettings value) {
    peerTls = value;
    return this;
  }

  /** How clients prove who they are. */
  public ServerConfigBuilder auth(AuthSettings value) {
    auth = value;
    return this;
  }

  /** What the store may grow to. */
  public ServerConfigBuilder storage(StorageSettings value) {
    storage = value;
    return this;
  }

  /** When members compare what they hold. */
  public ServerConfigBuilder checks(CheckSettings value) {
    checks = value;
    return this;
  }

  /** What is served over HTTP/1.1. */
  public ServerConfigBuilder http(HttpSettings value) {
    http = value;
    return this;
  }

  /** How and where to is logged. */
  public ServerConfigBuilder log(LogSettings value) {
    log = value;
    return this;
  }

  /** What one client may take up. */
  public ServerConfigBuilder limits(LimitSettings value) {
    limits = value;
    return this;
  }

  /** How this member comes to its cluster. */
  public ServerConfigBuilder cluster(ClusterSettings value) {
    cluster = value;
    return this;
  }

  /** What members that lag get. */
  public ServerConfigBuilder replication(ReplicationSettings value) {
    replication = value;
    return this;
  }

  /**
   * The settings, checked.
   *
   * @throws ConfigException if one of them, or several together, make no sense
   */
  public ServerConfig build() {
    if (initialCluster != null && !cluster.discoverySrv().isEmpty()) {
      throw new ConfigException(
          "--initial-cluster and --discovery-srv both say who the members are; leave one of them out");
    }
    return new ServerConfig(
        name,
        dataDir == null ? besideName() : dataDir,
        listenClientUrls == null ? DEFAULT_CLIENT_URLS : listenClientUrls,
        advertised(),
        listenPeerUrls,
        initialAdvertisePeerUrls,
        initialCluster == null
            ? InitialCluster.single(name, initialAdvertisePeerUrls)
            : initialCluster,
        initialClusterState,
        initialClusterToken,
        heartbeatIntervalMillis,
        electionTimeoutMillis,
        readLease,
        clockDrift(),
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

  /** A bound that nothing relies on is a misunderstanding that had better be cleared up. */
  private int clockDrift() {
    if (readLeaseMaxClockDriftPercent == null) {
      return ServerConfig.DEFAULT_CLOCK_DRIFT_PERCENT;
    }
    if (!readLease) {
      throw new ConfigException(
          "--read-lease-max-clock-drift-percent says nothing without --read-lease; add that or "
              + "leave it out");
    }
    return readLeaseMaxClockDriftPercent;
  }

  /** Port 0 is known only once bound, so what was bound is advertised then. */
  private List<String> advertised() {
    if (advertiseClientUrls != null) {
      return advertiseClientUrls;
    }
    if (listenClientUrls == null) {
      return DEFAULT_CLIENT_URLS;
    }
    if (listenClientUrls.stream().allMatch(url -> url.endsWith(":0"))) {
      return listenClientUrls;
    }
    throw new ConfigException(
        "--advertise-client-urls is required when --listen-client-urls is set: clients must be told "
            + "where to find this member");
  }

  private Path besideName() {
    try {
      return Path.of(name + ".kelson");
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "--name \"%s\" can be no directory's name: %s; choose another or give --data-dir"
              .formatted(name, e.getReason()));
    }
  }
}
