package io.kelson.server.config;

import io.kelson.server.config.StorageSettings.AutoCompaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings while they are being read: what the builder and the records made of several settings
 * will be told. Starts with the defaults. Not thread-safe.
 */
final class Draft {
  final ServerConfigBuilder server = ServerConfig.builder();
  final TlsSettings.Builder clientTls = TlsSettings.builder();
  final TlsSettings.Builder peerTls = TlsSettings.builder();

  String authToken = AuthSettings.DEFAULT.token();
  int authTokenTtlSeconds = AuthSettings.DEFAULT.tokenTtlSeconds();
  int bcryptCost = AuthSettings.DEFAULT.bcryptCost();

  long quotaBackendBytes = StorageSettings.DEFAULT.quotaBackendBytes();
  AutoCompaction compactionMode = StorageSettings.DEFAULT.autoCompaction();
  String compactionRetention = "0";

  Duration corruptCheckInterval = CheckSettings.DEFAULT.interval();
  Duration compactHashInterval = CheckSettings.DEFAULT.compactionInterval();
  private final Map<String, Boolean> gates = new TreeMap<>();

  List<String> listenClientHttpUrls = HttpSettings.DEFAULT.listenClientHttpUrls();
  List<String> listenMetricsUrls = HttpSettings.DEFAULT.listenMetricsUrls();
  boolean gateway = HttpSettings.DEFAULT.gateway();
  boolean extensiveMetrics = HttpSettings.DEFAULT.extensiveMetrics();
  List<String> cors = HttpSettings.DEFAULT.corsOrigins();
  List<String> hostWhitelist = HttpSettings.DEFAULT.hostWhitelist();

  LogSettings.Format logFormat = LogSettings.DEFAULT.format();
  List<String> logOutputs = LogSettings.DEFAULT.outputs();
  Duration slowRequest = LogSettings.DEFAULT.slowRequest();
  Duration slowApply = LogSettings.DEFAULT.slowApply();

  int maxConcurrentStreams = LimitSettings.DEFAULT.maxConcurrentStreams();
  int maxConnectionsPerAddress = LimitSettings.DEFAULT.maxConnectionsPerAddress();
  Duration handshakeTimeout = LimitSettings.DEFAULT.handshakeTimeout();
  int maxHeaderBytes = LimitSettings.DEFAULT.maxHeaderBytes();
  Duration keepAliveMinTime = LimitSettings.DEFAULT.keepAliveMinTime();
  Duration keepAliveInterval = LimitSettings.DEFAULT.keepAliveInterval();
  Duration keepAliveTimeout = LimitSettings.DEFAULT.keepAliveTimeout();
  int maxLoginsPerSecond = LimitSettings.DEFAULT.maxLoginsPerSecond();
  int maxWatchQueueBytes = LimitSettings.DEFAULT.maxWatchQueueBytes();
  Duration watchProgressInterval = LimitSettings.DEFAULT.watchProgressInterval();

  boolean strictReconfigCheck = ClusterSettings.DEFAULT.strictReconfigCheck();
  int maxLearners = ClusterSettings.DEFAULT.maxLearners();
  boolean forceNewCluster = ClusterSettings.DEFAULT.forceNewCluster();
  String discoverySrv = ClusterSettings.DEFAULT.discoverySrv();
  String discoverySrvName = ClusterSettings.DEFAULT.discoverySrvName();

  long snapshotCatchUpEntries = ReplicationSettings.DEFAULT.snapshotCatchUpEntries();
  long snapshotBytesPerSecond = ReplicationSettings.DEFAULT.snapshotBytesPerSecond();

  /**
   * Switches a feature gate.
   *
   * @throws ConfigException if it was switched the other way already, by its flag of old
   */
  void gate(String name, boolean on) {
    Boolean before = gates.put(name, on);
    if (before != null && before != on) {
      throw new ConfigException(
          "%s is switched both on and off, by --feature-gates and by %s; leave the latter out"
              .formatted(name, FeatureGates.oldFlag(name)));
    }
  }

  /**
   * The settings, checked.
   *
   * @throws ConfigException with everything that does not fit together
   */
  ServerConfig build() {
    Problems problems = new Problems();
    problems.check(() -> server.storage(storage()));
    ServerConfigBuilder all =
        server
            .clientTls(clientTls.build())
            .peerTls(peerTls.build())
            .auth(new AuthSettings(authToken, authTokenTtlSeconds, bcryptCost))
            .checks(checks())
            .http(
                new HttpSettings(
                    listenClientHttpUrls,
                    listenMetricsUrls,
                    gateway,
                    extensiveMetrics,
                    cors,
                    hostWhitelist))
            .log(new LogSettings(logFormat, logOutputs, slowRequest, slowApply))
            .limits(limits())
            .cluster(
                new ClusterSettings(
                    strictReconfigCheck,
                    maxLearners,
                    forceNewCluster,
                    discoverySrv,
                    discoverySrvName))
            .replication(new ReplicationSettings(snapshotCatchUpEntries, snapshotBytesPerSecond));
    ServerConfig[] built = new ServerConfig[1];
    problems.check(() -> built[0] = all.build());
    problems.throwIfAny();
    return built[0];
  }

  private StorageSettings storage() {
    boolean isBare = compactionRetention.matches("[0-9]{1,18}");
    if (compactionMode == AutoCompaction.REVISION) {
      if (!isBare) {
        throw new ConfigException(
            ("--auto-compaction-retention \"%s\" must be a number of revisions when "
                    + "--auto-compaction-mode is revision; write for example 1000")
                .formatted(compactionRetention));
      }
      return new StorageSettings(
          quotaBackendBytes, compactionMode, Duration.ZERO, Long.parseLong(compactionRetention));
    }
    try {
      // A bare number counts hours.
      Duration retention =
          Texts.duration(
              isBare && Long.parseLong(compactionRetention) != 0
                  ? compactionRetention + "h"
                  : isBare ? "0" : compactionRetention);
      return new StorageSettings(quotaBackendBytes, compactionMode, retention, 0);
    } catch (Texts.BadText e) {
      throw new ConfigException(
          ("--auto-compaction-retention \"%s\" must be a number of hours or a time such as 30m when "
                  + "--auto-compaction-mode is periodic")
              .formatted(compactionRetention));
    }
  }

  private CheckSettings checks() {
    return new CheckSettings(
        gates.getOrDefault(FeatureGates.INITIAL_CHECK, CheckSettings.DEFAULT.initialCheck()),
        corruptCheckInterval,
        gates.getOrDefault(FeatureGates.COMPACT_HASH_CHECK, true)
            ? compactHashInterval
            : Duration.ZERO);
  }

  private LimitSettings limits() {
    return new LimitSettings(
        maxConcurrentStreams,
        maxConnectionsPerAddress,
        handshakeTimeout,
        maxHeaderBytes,
        keepAliveMinTime,
        keepAliveInterval,
        keepAliveTimeout,
        maxLoginsPerSecond,
        maxWatchQueueBytes,
        watchProgressInterval);
  }
}
