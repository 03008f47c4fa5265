package io.kelson.raft.core;

/**
 * What must hold after every step, in production too; a few comparisons each.
 *
 * <p>It remembers the step before, since most rules are about what may change into what.
 */
final class Invariants {
  private final RaftCore core;
  private long term;
  private long vote;
  private long commit;
  private long applied;
  private long last;
  private long base;
  private boolean leading;

  Invariants(RaftCore core) {
    this.core = core;
    remember();
  }

  void check() {
    RaftLog log = core.log();
    log.check();
    core.membership().check(log);
    require(log.base().index() >= base, "the log's base fell from ", base);
    require(core.term() >= term, "the term fell from ", term);
    require(core.term() > term || vote == 0 || core.vote() == vote, "the vote changed from ", vote);
    require(log.commit() >= commit, "the commit index fell from ", commit);
    require(log.applied() >= applied, "the applied index fell from ", applied);
    boolean leads = core.role() == Role.LEADER;
    if (leads) {
      require(!leading || core.term() == term, "a leader outlived its term ", term);
      require(!leading || log.last() >= last, "a leader's log shrank from ", last);
      require(core.vote() == core.self(), "a leader voted for ", core.vote());
      require(log.lastPosition().term() == core.term(), "a leader's log ends in another term: ", 0);
    }
    require(
        log.terms().termAt(log.last()) <= core.term(), "the log is ahead of term ", core.term());
    remember();
  }

  private void remember() {
    term = core.term();
    vote = core.vote();
    commit = core.commitIndex();
    applied = core.appliedIndex();
    last = core.lastIndex();
    base = core.base().index();
    leading = core.role() == Role.LEADER;
  }

  private static void require(boolean holds, String what, long value) {
    if (!holds) {
      throw new InvariantViolation(what + value);
    }
  }
}
