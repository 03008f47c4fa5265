package io.kelson.raft.core;

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
    TRANSFER
  }

  /** Which of the records this is. */
  Kind kind();

  /** Time passed: one tick. */
  record Tick() implements Input {
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
   */
  record Read(long id) implements Input {
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
}
