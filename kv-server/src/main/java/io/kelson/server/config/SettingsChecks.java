package io.kelson.server.config;

import java.time.Duration;
import java.util.List;

/**
 * What can be wrong with the settings beside a member's own, without looking at disk or network.
 */
final class SettingsChecks {
  private static final int MAX_WATCH_QUEUE_BYTES = 1 << 30;

  private SettingsChecks() {}

  static void storage(StorageSettings storage) {
    requireNotNegative("--auto-compaction-retention", storage.retention());
    requireWithin("--auto-compaction-retention", storage.retainedRevisions(), 0, Long.MAX_VALUE);
  }

  static void auth(AuthSettings auth) {
    String token = auth.token();
    if (!token.equals("simple") && !token.equals("jwt") && !token.startsWith("jwt,")) {
      throw new ConfigException(
          "--auth-token \"%s\" is neither simple nor jwt,...; write one of them".formatted(token));
    }
    requireWithin("--auth-token-ttl", auth.tokenTtlSeconds(), 1, Integer.MAX_VALUE);
    requireWithin("--bcrypt-cost", auth.bcryptCost(), 4, 31);
  }

  static void checks(CheckSettings checks) {
    requireNotNegative("--corrupt-check-time", checks.interval());
    requireNotNegative("--compact-hash-check-time", checks.compactionInterval());
  }

  static void log(LogSettings log) {
    if (log.outputs().isEmpty()) {
      throw new ConfigException("--log-outputs names nothing; write stderr");
    }
    requireNotNegative("--warning-unary-request-duration", log.slowRequest());
    requireNotNegative("--warning-apply-duration", log.slowApply());
  }

  static void limits(LimitSettings limits) {
    Problems problems = new Problems();
    problems.check(
        () ->
            requireWithin(
                "--max-concurrent-streams", limits.maxConcurrentStreams(), 1, Integer.MAX_VALUE));
    problems.check(
        () ->
            requireWithin(
                "--max-connections-per-address",
                limits.maxConnectionsPerAddress(),
                0,
                Integer.MAX_VALUE));
    problems.check(
        () -> requireWithin("--max-header-bytes", limits.maxHeaderBytes(), 1024, 16 << 20));
    problems.check(
        () ->
            requireWithin(
                "--max-logins-per-second", limits.maxLoginsPerSecond(), 1, Integer.MAX_VALUE));
    problems.check(
        () ->
            requireWithin(
                "--max-watch-queue-bytes",
                limits.maxWatchQueueBytes(),
                64 << 10,
                MAX_WATCH_QUEUE_BYTES));
    Duration tenth = Duration.ofMillis(100);
    problems.check(() -> requireAtLeast("--handshake-timeout", limits.handshakeTimeout(), tenth));
    problems.check(
        () ->
            requireAtLeast(
                "--watch-progress-notify-interval", limits.watchProgressInterval(), tenth));
    problems.check(
        () -> requireNotNegative("--grpc-keepalive-min-time", limits.keepAliveMinTime()));
    problems.check(
        () -> requireNotNegative("--grpc-keepalive-interval", limits.keepAliveInterval()));
    problems.check(() -> requireNotNegative("--grpc-keepalive-timeout", limits.keepAliveTimeout()));
    problems.throwIfAny();
  }

  static void cluster(ClusterSettings cluster) {
    requireWithin("--max-learners", cluster.maxLearners(), 1, Integer.MAX_VALUE);
    if (!cluster.discoverySrvName().isEmpty() && cluster.discoverySrv().isEmpty()) {
      throw new ConfigException(
          "--discovery-srv-name says nothing without --discovery-srv; add that or leave it out");
    }
  }

  static void replication(ReplicationSettings replication) {
    requireWithin(
        "--snapshot-catchup-entries", replication.snapshotCatchUpEntries(), 1, Long.MAX_VALUE);
    if (replication.snapshotBytesPerSecond() != 0) {
      requireWithin(
          "--snapshot-transfer-bytes-per-second",
          replication.snapshotBytesPerSecond(),
          64 << 10,
          Long.MAX_VALUE);
    }
  }

  /** A port cannot be two things; port 0 is a new one each time. */
  static void requireApart(String flag, List<String> urls, String otherFlag, List<String> others) {
    for (String url : urls) {
      if (others.contains(url) && !url.endsWith(":0")) {
        throw new ConfigException(
            "%s and %s both name %s; give one of them another port"
                .formatted(flag, otherFlag, url));
      }
    }
  }

  static void requireWithin(String flag, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ConfigException(
          max == Long.MAX_VALUE || max == Integer.MAX_VALUE
              ? "%s is %d; it must be at least %d".formatted(flag, value, min)
              : "%s is %d; it must be between %d and %d".formatted(flag, value, min, max));
    }
  }

  private static void requireAtLeast(String flag, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new ConfigException(
          "%s is %s; it must be at least %s".formatted(flag, Texts.text(value), Texts.text(least)));
    }
  }

  private static void requireNotNegative(String flag, Duration value) {
    if (value.isNegative()) {
      throw new ConfigException(flag + " is negative; write 0 to switch it off");
    }
  }
}
