package io.kelson.raft.core;

import java.util.List;
import java.util.TreeSet;

/**
 * When a leader had better not lead any more, because its disk is full or stalls, and whom it asks
 * to take over.
 *
 * <p>A stalled disk is one that has not moved for an election timeout although others have
 * committed what it does not hold: this member could not answer its own clients any more, since it
 * applies only what its own disk holds. While no quorum commits either, leading on does no harm.
 *
 * <p>It asks one voter after the other, the most advanced first, each for an election timeout. If
 * none takes over it goes on leading: stepping down would only take the reads away, and whoever
 * could win an election without it could also have taken over. After a while it asks again.
 */
final class Retreat {
  /** Election timeouts between two rounds of asking. */
  private static final int PAUSE = 10;

  private final RaftCore core;
  private final Replication replication;
  private final TreeSet<Long> asked = new TreeSet<>();
  private long durable;
  private int stalledTicks;
  private int pauseTicks;

  Retreat(RaftCore core, Replication replication) {
    this.core = core;
    this.replication = replication;
  }

  void tick() {
    RaftLog log = core.log();
    boolean behind = log.commit() > log.durable();
    stalledTicks = behind && log.durable() == durable ? stalledTicks + 1 : 0;
    durable = log.durable();
    if (pauseTicks > 0 && --pauseTicks == 0) {
      asked.clear();
    }
  }

  /** The disk has become full, or has room again: what was tried before counts no more. */
  void storageChanged() {
    asked.clear();
    pauseTicks = 0;
  }

  /** Whom to ask now that nobody is being asked; 0 for nobody. */
  long next() {
    boolean wanted = core.isReluctant() || stalledTicks >= core.config().electionTicks();
    if (!wanted || pauseTicks > 0) {
      return 0;
    }
    List<Long> left =
        core.configuration().voters().stream()
            .filter(id -> id != core.self() && !asked.contains(id))
            .toList();
    if (left.isEmpty()) {
      pauseTicks = PAUSE * core.config().electionTicks();
      return 0;
    }
    long successor = replication.mostAdvanced(left);
    asked.add(successor);
    return successor;
  }
}
