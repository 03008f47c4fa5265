package io.kelson.raft.core;

import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.quorum.VoteResult;
import java.util.List;
import java.util.TreeSet;

/**
 * A member that counts votes: as a pre-candidate those it would get (thesis, section 9.6), as a
 * candidate those it got (Raft paper, section 5.2).
 *
 * <p>Its own real vote is a promise like any other and counts only once the disk holds it.
 */
final class CandidateRole extends RoleState {
  private final boolean preVote;
  private final long voteWrite;
  private final int timeoutTicks;
  private final TreeSet<Long> granted = new TreeSet<>();
  private final TreeSet<Long> refused = new TreeSet<>();
  private final TreeSet<Long> gone;
  private final int repeatTicks;
  private int elapsedTicks;
  private boolean hopeless;

  private CandidateRole(RaftCore core, boolean preVote, long voteWrite) {
    super(core);
    this.preVote = preVote;
    this.voteWrite = voteWrite;
    this.timeoutTicks = core.drawElectionTimeoutTicks();
    this.repeatTicks = core.drawSuccessionTicks();
    this.gone = new TreeSet<>(core.roleState().gone());
  }

  /** One that asks before it campaigns. */
  static CandidateRole pre(RaftCore core) {
    return new CandidateRole(core, true, 0);
  }

  /**
   * One that campaigns.
   *
   * @param voteWrite the write that makes its vote for itself durable
   */
  static CandidateRole real(RaftCore core, long voteWrite) {
    return new CandidateRole(core, false, voteWrite);
  }

  /** Asks everybody; with the transfer mark, also those content with the leader they have. */
  void ask(boolean transfer) {
    for (long voter : core.membership().voters()) {
      if (voter == core.self()) {
        continue;
      }
      VoteRequest request = request(voter, transfer);
      if (preVote) {
        core.outbox().send(request);
      } else {
        core.outbox().sendAfter(request);
      }
    }
    if (preVote) {
      granted.add(core.self());
      decide();
    }
  }

  private VoteRequest request(long voter, boolean transfer) {
    long term = preVote ? core.term() + 1 : core.term();
    return new VoteRequest(core.self(), voter, term, preVote, core.log().lastPosition(), transfer);
  }

  /**
   * A question costs nothing, and one that nobody heard is asked again: where all members start,
   * the first to ask has no connections yet.
   */
  private void askAgain() {
    for (long voter : core.membership().voters()) {
      if (voter != core.self() && !granted.contains(voter) && !refused.contains(voter)) {
        core.outbox().send(request(voter, false));
      }
    }
  }

  @Override
  Role role() {
    return preVote ? Role.PRE_CANDIDATE : Role.CANDIDATE;
  }

  @Override
  long leader() {
    return 0;
  }

  @Override
  boolean isContent() {
    return false;
  }

  @Override
  void tick(long nowNanos) {
    elapsedTicks++;
    if (elapsedTicks < timeoutTicks) {
      if (preVote && elapsedTicks % repeatTicks == 0) {
        askAgain();
      }
      return;
    }
    if (core.isReluctant()) {
      core.becomeFollower(
          core.term(), "the election was not decided in time, and its disk is full");
    } else {
      core.campaign("the election was not decided in time");
    }
  }

  @Override
  void persisted() {
    if (!preVote && core.writes().isFinished(voteWrite) && granted.add(core.self())) {
      decide();
    }
  }

  @Override
  void peerGone(long member) {
    if (gone.add(member)) {
      decide();
    }
  }

  @Override
  List<Long> gone() {
    return List.copyOf(gone);
  }

  @Override
  void onVoteResponse(VoteResponse message) {
    if (message.preVote() != preVote || !core.quorum().contains(message.from())) {
      return;
    }
    // Whoever answers has come back since its connection ended.
    gone.remove(message.from());
    // A vote once given stays given; a refusal may be the late answer to an earlier question.
    if (message.granted()) {
      refused.remove(message.from());
      granted.add(message.from());
    } else if (!granted.contains(message.from())) {
      refused.add(message.from());
    }
    decide();
  }

  private void decide() {
    VoteResult result = core.quorum().result(granted::contains, refused::contains);
    switch (result) {
      case PENDING -> maybeGiveUp();
      case LOST -> core.becomeFollower(core.term(), "a quorum refused its vote");
      case WON -> {
        if (preVote) {
          core.becomeCandidate(false, "a quorum would vote for this member");
        } else {
          core.becomeLeader();
        }
      }
    }
  }

  /**
   * There is no use in waiting for votes that cannot elect it any more: those of members that have
   * ended will not come. Two that campaign together for the place of a leader that is gone refuse
   * each other; the wait that is left is drawn, as that before the first try, so that they part. A
   * question that was refused is not hurried: whoever refused it may still hear the leader.
   */
  private void maybeGiveUp() {
    if (preVote || hopeless) {
      return;
    }
    VoteResult best =
        core.quorum().result(granted::contains, id -> refused.contains(id) || gone.contains(id));
    hopeless = best == VoteResult.LOST;
    if (hopeless) {
      elapsedTicks = Math.max(elapsedTicks, timeoutTicks - core.drawSuccessionTicks());
    }
  }

  @Override
  void propose(List<Proposal> proposals) {
    for (Proposal proposal : proposals) {
      core.outbox().reject(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.NO_LEADER);
    }
  }

  @Override
  void read(long id, long nowNanos) {
    core.outbox().reject(Rejection.What.READ, id, Rejection.Reason.NO_LEADER);
  }

  @Override
  void onTimeoutNow() {
    if (preVote && !core.isReluctant()) {
      core.becomeCandidate(true, "the leader handed over");
    }
  }

  @Override
  void leave() {}
}
