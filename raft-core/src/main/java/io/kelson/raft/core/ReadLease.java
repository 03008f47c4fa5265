package io.kelson.raft.core;

import java.util.ArrayDeque;

/**
 * The time for which a leader knows without asking that there is no other (thesis, section 6.4.1).
 *
 * <p>The leader notes its clock when it opens a round. Whoever returns that round heard of the
 * leader later than that, and has promised to elect nobody for an election timeout from then on
 * ({@link Pledge}). Once a quorum has returned it, the lease lasts from the <em>question</em> on,
 * for a time that is over by the slowest clock before the promise is over by the fastest. When the
 * answers came does not matter, so they need no clock.
 *
 * <p>Lives as long as the leader's role, so a lease never outlasts its term.
 */
final class ReadLease {
  private record Question(long round, long askedNanos) {}

  private final long lengthNanos;
  private final ArrayDeque<Question> questions = new ArrayDeque<>();
  private boolean forgone;
  private boolean held;
  private long endNanos;

  /**
   * A lease that is not held yet.
   *
   * @param lengthNanos how long it lasts; 0 for never
   */
  ReadLease(long lengthNanos) {
    this.lengthNanos = lengthNanos;
  }

  /** Whether it is of any use to ask for one. */
  boolean isWanted() {
    return lengthNanos > 0 && !forgone;
  }

  /**
   * A round is being opened.
   *
   * @param nowNanos the clock before any request left that carries it
   */
  void asked(long round, long nowNanos) {
    // A question that old gives no lease any more, however soon it is answered now.
    while (!questions.isEmpty() && nowNanos - questions.peek().askedNanos() >= lengthNanos) {
      questions.poll();
    }
    questions.add(new Question(round, nowNanos));
  }

  /** A quorum has returned this round, or one after it. */
  void answered(long round) {
    while (!questions.isEmpty() && questions.peek().round() <= round) {
      endNanos = questions.poll().askedNanos() + lengthNanos;
      held = true;
    }
  }

  /** Whether nobody else can have led before this moment. Differences, as clocks may wrap round. */
  boolean covers(long nowNanos) {
    return held && nowNanos - endNanos < 0;
  }

  /** Others decide from now on: what the former ones said counts no more. */
  void drop() {
    held = false;
    questions.clear();
  }

  /** Nothing said in this term can be relied on any more. */
  void forgo() {
    forgone = true;
    drop();
  }
}
