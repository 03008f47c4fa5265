package io.kelson.server;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.runtime.RaftNodeOptions;
import io.kelson.server.config.ServerConfig;
import java.security.SecureRandom;
import java.time.Duration;

/** Says to consensus what the settings say. */
final class ConsensusOptions {
  private ConsensusOptions() {}

  static RaftNodeOptions of(ServerConfig config, Origin origin) {
    RaftNodeOptions options =
        RaftNodeOptions.defaults(
                core(config, origin),
                Duration.ofMillis(config.heartbeatIntervalMillis()),
                // Read contexts must not repeat across restarts, so no seed that could.
                new SecureRandom())
            .withLogEntries(config.snapshotCount(), config.replication().snapshotCatchUpEntries());
    return config.readLease()
        ? options.withReadLease(config.readLeaseMaxClockDriftPercent())
        : options;
  }

  private static CoreConfig core(ServerConfig config, Origin origin) {
    CoreConfig defaults =
        CoreConfig.defaults(origin.cluster().selfId(), origin.config().configuration());
    return new CoreConfig(
            defaults.self(),
            defaults.configuration(),
            config.electionTimeoutMillis() / config.heartbeatIntervalMillis(),
            defaults.heartbeatTicks(),
            defaults.maxAppendBytes(),
            defaults.maxInflightMessages(),
            defaults.maxInflightBytes(),
            defaults.maxUncommittedBytes(),
            defaults.entryCacheBytes(),
            defaults.maxApplyBytes())
        .withConfigurationContext(origin.config().context());
  }
}
