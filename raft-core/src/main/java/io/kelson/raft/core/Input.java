package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.ConfigurationChange;
import java.util.List;

/** One thing that happens to a member. */
public sealed interface Input {
  /** Which of the records this is, for a switch that must name every case. */
  enum Kind {
    TICK,
    RECEIVE,
    PROPOSE,
    READ,
    PERSISTED,
    APPLIED,
    TRANSFER,
    CHANGE_CONFIGURATION,
    COMPACT,
    SNAPSHOT_SHIPPED,
    SNAPSHOT_RECEIVED,
    SNAPSHOT_INSTALLED,
    STORAGE,
    PEER_GONE
  }

  /** Which of the records this is. */
  Kind kind();

  /**
   * Time passed: one tick. Ticks of a member are at least a tick interval of its own clock apart,
   * also after a pause: what it promises for a number of ticks must not be over sooner.
   *
   * @param nowNanos this member's monotonic clock, read before the step; only differences count.
   *     Used for nothing but read leases
   */
  record Tick(long nowNanos) implements Input {
    @Override
    public Kind kind() {
      return Kind.TICK;
    }
  }

  /** A message arrived. */
  record Receive(Message message) implements Input {
    @Override
    public Kind kind() {
      return Kind.RECEIVE;
    }
  }

  /**
   * Commands from this member's own clients, appended together if this member leads, forwarded
   * together if not.
   */
  record Propose(List<Proposal> proposals) implements Input {
    @Override
    public Kind kind() {
      return Kind.PROPOSE;
    }
  }

  /**
   * Somebody here wants a linearizable read.
   *
   * @param id the caller's own number for this batch of reads; it comes back in {@link ReadReady}
   *     or {@link Rejection}
   * @param nowNanos this member's monotonic clock, read before the step and after the last of these
   *     reads came in
   */
  record Read(long id, long nowNanos) implements Input {
    @Override
    public Kind kind() {
      return Kind.READ;
    }
  }

  /**
   * The disk holds everything up to and including this write.
   *
   * @param write the number of a {@link PersistBatch}; implies all smaller ones
   */
  record Persisted(long write) implements Input {
    @Override
    public Kind kind() {
      return Kind.PERSISTED;
    }
  }

  /** The state machine has applied everything up to this index. */
  record Applied(long index) implements Input {
    @Override
    public Kind kind() {
      return Kind.APPLIED;
    }
  }

  /** Somebody wants this leader to hand leadership to a voter; ignored where it does not lead. */
  record Transfer(long target) implements Input {
    @Override
    public Kind kind() {
      return Kind.TRANSFER;
    }
  }

  /**
   * Somebody wants other members. Only a leader takes it; everybody else, or a leader that cannot
   * now, answers with a {@link Rejection}. That it is done shows when the entry with the final
   * configuration is applied. If leadership changes on the way it may be done all the same, by the
   * next leader, or never.
   *
   * @param id the caller's own number, which comes back in a rejection
   * @param target the members wanted
   * @param context what the configuration entries carry for their owner
   */
  record ChangeConfiguration(long id, ConfigurationChange target, byte[] context) implements Input {
    @Override
    public Kind kind() {
      return Kind.CHANGE_CONFIGURATION;
    }
  }

  /**
   * The state machine holds everything up to this index durably, and followers are not expected to
   * ask for it: the log may forget it. What is not applied as far as the core has heard stays.
   */
  record Compact(long index) implements Input {
    @Override
    public Kind kind() {
      return Kind.COMPACT;
    }
  }

  /**
   * A {@link SnapshotRequest} has come to its end.
   *
   * @param to the follower
   * @param position the last entry covered by what the follower now has, or null if it does not
   */
  record SnapshotShipped(long to, LogPosition position) implements Input {
    @Override
    public Kind kind() {
      return Kind.SNAPSHOT_SHIPPED;
    }
  }

  /**
   * A snapshot has arrived here, complete and verified. If the core wants it, {@link
   * Effects#install} says so.
   *
   * @param from the leader that shipped it
   * @param term the term in which that leader was asked to
   * @param position the last entry that it covers
   * @param config the configuration as of that position, or null if none has ever been in the log
   */
  record SnapshotReceived(long from, long term, LogPosition position, ConfigEntry config)
      implements Input {
    @Override
    public Kind kind() {
      return Kind.SNAPSHOT_RECEIVED;
    }
  }

  /**
   * Whether this member's disk has room. One without does not want to lead: writes handed to it may
   * have to wait for as long as nobody makes room.
   *
   * @param full true if there is no room, false if there is again
   */
  record Storage(boolean full) implements Input {
    @Override
    public Kind kind() {
      return Kind.STORAGE;
    }
  }

  /**
   * A member's process has ended, as far as can be told from here: it closed its connection, and
   * nobody listens where it did. Not a fact to rely on; a follower only waits less for a leader of
   * which this is said.
   */
  record PeerGone(long member) implements Input {
    @Override
    public Kind kind() {
      return Kind.PEER_GONE;
    }
  }

  /** A {@link SnapshotInstall} has been carried out, durably. */
  record SnapshotInstalled(LogPosition position) implements Input {
    @Override
    public Kind kind() {
      return Kind.SNAPSHOT_INSTALLED;
    }
  }
}
