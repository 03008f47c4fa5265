package io.kelson.raft.core;

import io.kelson.raft.membership.Configuration;

/**
 * The settings of a {@link RaftCore}.
 *
 * @param self this member's id
 * @param configuration the members, until the log or a snapshot names others
 * @param electionTicks ticks without a leader after which a follower campaigns; the real timeout is
 *     drawn from [electionTicks, 2 x electionTicks) each time. Too small: elections on every
 *     hiccup; too large: slow fail-over
 * @param heartbeatTicks ticks between heartbeats; at most a third of {@code electionTicks}
 * @param maxAppendBytes payload of one append request, measured by {@link Entry#sizeBytes}. Too
 *     small: many messages; too large: a lost one costs much
 * @param maxInflightMessages append requests under way to one follower
 * @param maxInflightBytes their entries' bytes
 * @param maxUncommittedBytes bytes of proposals that may wait for commitment at the leader; further
 *     ones are refused
 * @param entryCacheBytes bytes of recent entries kept in memory for followers and the state
 *     machine; entries that are not yet durable stay in memory regardless, all others can be read
 *     back
 * @param maxApplyBytes bytes of entries in one {@link Committed}; four times as much may wait at
 *     the state machine before nothing more is handed out
 * @param readLeaseNanos how long a leader answers its own clients' reads without asking anybody,
 *     counted by its clock from when it asked a quorum whether it still leads; 0 for never. Must be
 *     less than the time in which the fastest clock among the members sees {@code electionTicks -
 *     1} tick intervals, and either 0 for all members or for none: each promises to give no vote
 *     for so long. Too small: reads ask again and again; too large: reads may be stale
 * @param configurationContext what the owner knows of {@code configuration}; goes into the log with
 *     it when a cluster begins (see {@link io.kelson.raft.membership.ConfigEntry#context})
 */
public record CoreConfig(
    long self,
    Configuration configuration,
    int electionTicks,
    int heartbeatTicks,
    int maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long entryCacheBytes,
    int maxApplyBytes,
    long readLeaseNanos,
    byte[] configurationContext) {
  public CoreConfig {
    if (self == 0) {
      throw new IllegalArgumentException("member id 0 means nobody");
    }
    if (heartbeatTicks < 1 || electionTicks < 3 * heartbeatTicks) {
      throw new IllegalArgumentException(
          "an election timeout of "
              + electionTicks
              + " ticks needs heartbeats at most every third of it, not every "
              + heartbeatTicks);
    }
    if (readLeaseNanos < 0) {
      throw new IllegalArgumentException("a read lease cannot last " + readLeaseNanos + " ns");
    }
    if (maxAppendBytes < 1
        || maxInflightMessages < 1
        || maxInflightBytes < 1
        || maxUncommittedBytes < 1
        || entryCacheBytes < 0
        || maxApplyBytes < 1) {
      throw new IllegalArgumentException("a limit below 1 would stop replication");
    }
  }

  /** Settings without read leases, for members of which nothing else needs to be in the log. */
  public CoreConfig(
      long self,
      Configuration configuration,
      int electionTicks,
      int heartbeatTicks,
      int maxAppendBytes,
      int maxInflightMessages,
      long maxInflightBytes,
      long maxUncommittedBytes,
      long entryCacheBytes,
      int maxApplyBytes) {
    this(
        self,
        configuration,
        electionTicks,
        heartbeatTicks,
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        entryCacheBytes,
        maxApplyBytes,
        0,
        new byte[0]);
  }

  /** The defaults for a member of a cluster: ten ticks to an election, one to a heartbeat. */
  public static CoreConfig defaults(long self, Configuration configuration) {
    return new CoreConfig(
        self, configuration, 10, 1, 1 << 20, 256, 16L << 20, 64L << 20, 32L << 20, 4 << 20);
  }

  /** The same settings with something to go into the log beside the first configuration. */
  public CoreConfig withConfigurationContext(byte[] context) {
    return new CoreConfig(
        self,
        configuration,
        electionTicks,
        heartbeatTicks,
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        entryCacheBytes,
        maxApplyBytes,
        readLeaseNanos,
        context);
  }

  /** The same settings with leases of this length, in nanoseconds of the leader's clock. */
  public CoreConfig withReadLease(long nanos) {
    return new CoreConfig(
        self,
        configuration,
        electionTicks,
        heartbeatTicks,
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedBytes,
        entryCacheBytes,
        maxApplyBytes,
        nanos,
        configurationContext);
  }
}
