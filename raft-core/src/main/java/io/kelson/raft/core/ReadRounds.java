package io.kelson.raft.core;

import io.kelson.raft.core.Message.ReadIndexResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The leader's reads that wait for proof that it still leads (thesis, section 6.4).
 *
 * <p>A read takes the commit index of a moment after it came in, and waits until a quorum has
 * returned a round that was opened in that moment. Rounds are numbers in append requests; any
 * request sent after a round was opened carries it or a later one, so one lost message costs
 * nothing but time. A few rounds may be open at once, and reads that come while all are share the
 * next.
 *
 * <p>Before the leader has committed an entry of its own term its commit index may be behind that
 * of its predecessor: reads that come then wait for that first.
 */
final class ReadRounds {
  /**
   * A read.
   *
   * @param asker the follower that asked, 0 for a read of this member's own clients
   * @param id the read's number, or the follower's context
   */
  private record Read(long asker, long id) {}

  private record Open(long round, long index, List<Read> reads) {}

  private static final int MAX_OPEN = 4;

  private final RaftCore core;
  private final ArrayDeque<Open> open = new ArrayDeque<>();
  private List<Read> waiting = new ArrayList<>();

  ReadRounds(RaftCore core) {
    this.core = core;
  }

  void add(long asker, long id) {
    waiting.add(new Read(asker, id));
  }

  /** Whether reads wait for a round, and another one may be opened. */
  boolean wantsRound() {
    return !waiting.isEmpty() && open.size() < MAX_OPEN;
  }

  /** Opens a round for all reads that wait for one. */
  void open(long round) {
    open.add(new Open(round, core.log().commit(), waiting));
    waiting = new ArrayList<>();
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /** A quorum has returned this round: every read of it, and of earlier ones, may be answered. */
  void confirm(long round) {
    while (!open.isEmpty() && open.peek().round() <= round) {
      Open confirmed = open.poll();
      for (Read read : confirmed.reads()) {
        answer(read, confirmed.index());
      }
    }
  }

  private void answer(Read read, long index) {
    if (read.asker() == 0) {
      core.outbox().ready(read.id(), index);
    } else {
      core.outbox()
          .send(new ReadIndexResponse(core.self(), read.asker(), core.term(), read.id(), index));
    }
  }

  /** Leadership is over: local reads fail, and followers find out by themselves. */
  void failAll() {
    open.add(new Open(0, 0, waiting));
    for (Open each : open) {
      for (Read read : each.reads()) {
        if (read.asker() == 0) {
          core.outbox().reject(Rejection.What.READ, read.id(), Rejection.Reason.LEADER_CHANGED);
        }
      }
    }
    open.clear();
    waiting = new ArrayList<>();
  }
}
