package io.kelson.raft.core;

import io.kelson.raft.core.Message.ReadIndexRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Reads of this member's clients for which the leader was asked.
 *
 * <p>Reads travel in batches. A batch is closed when its first question leaves, so that every
 * answer to any of its questions is younger than every read in it; a read that comes later waits
 * for a later batch. A question that goes unanswered is repeated under a new number, and an answer
 * to an older number of the same batch still counts: otherwise a round trip longer than the
 * patience would never end. Numbers start at a random place and are never used twice, so that an
 * answer meant for this member's previous life, or for an earlier role, finds nobody.
 */
final class ForwardedReads {
  /** A question and the reads that wait for it. */
  private static final class Batch {
    final List<Long> reads = new ArrayList<>();
    final List<Long> contexts = new ArrayList<>(2);
    int ticks;
  }

  /** Questions under way; more reads than that wait for the first to be answered. */
  private static final int MAX_ASKED = 4;

  private final RaftCore core;
  private final ArrayDeque<Batch> asked = new ArrayDeque<>();
  private Batch waiting = new Batch();
  private long leader;

  ForwardedReads(RaftCore core) {
    this.core = core;
  }

  void add(long read, long leaderId) {
    leader = leaderId;
    waiting.reads.add(read);
    maybeAsk();
  }

  void answered(long context, long index) {
    for (Iterator<Batch> batches = asked.iterator(); batches.hasNext(); ) {
      Batch batch = batches.next();
      if (batch.contexts.contains(context)) {
        batches.remove();
        for (long read : batch.reads) {
          core.outbox().ready(read, index);
        }
        break;
      }
    }
    maybeAsk();
  }

  void tick() {
    for (Batch batch : asked) {
      batch.ticks++;
      if (batch.ticks >= 2 * core.config().heartbeatTicks()) {
        ask(batch);
      }
    }
  }

  void failAll() {
    asked.add(waiting);
    waiting = new Batch();
    for (Batch batch : asked) {
      for (long read : batch.reads) {
        core.outbox().reject(Rejection.What.READ, read, Rejection.Reason.LEADER_CHANGED);
      }
    }
    asked.clear();
  }

  private void maybeAsk() {
    if (!waiting.reads.isEmpty() && asked.size() < MAX_ASKED) {
      asked.add(waiting);
      ask(waiting);
      waiting = new Batch();
    }
  }

  private void ask(Batch batch) {
    long context = core.nextReadContext();
    batch.contexts.add(context);
    batch.ticks = 0;
    core.outbox().send(new ReadIndexRequest(core.self(), leader, core.term(), context));
  }
}
