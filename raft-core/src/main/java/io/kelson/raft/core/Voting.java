package io.kelson.raft.core;

import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;

/** How a member answers those who ask for its vote, whatever its role (Raft paper, section 5.2). */
final class Voting {
  private final RaftCore core;

  Voting(RaftCore core) {
    this.core = core;
  }

  void onRequest(VoteRequest message) {
    long term = core.term();
    boolean disturbs = core.roleState().isContent() && !message.transfer() && message.term() > term;
    // Whatever the term: one that was heard of since does not undo what the leader was promised.
    disturbs |= core.pledge().holds() && !message.transfer();
    if (message.preVote()) {
      boolean granted =
          !disturbs && message.term() >= term && (message.term() > term || isFree(message.from()));
      granted &= isUpToDate(message.lastLog());
      // Refused with this member's own term: one that has fallen behind learns of it even while
      // nobody leads, and its next question counts.
      answer(message, granted ? message.term() : term, granted);
      return;
    }
    if (disturbs) {
      return;
    }
    core.maybeTakeTerm(message);
    boolean current = message.term() == core.term();
    if (current && isFree(message.from()) && isUpToDate(message.lastLog())) {
      core.promiseVote(message.from());
      if (core.roleState() instanceof FollowerRole follower) {
        follower.resetElectionTimer();
      }
      core.outbox()
          .sendAfter(new VoteResponse(core.self(), message.from(), core.term(), false, true));
    } else {
      core.sendPromised(new VoteResponse(core.self(), message.from(), core.term(), false, false));
    }
  }

  private void answer(VoteRequest message, long term, boolean granted) {
    core.outbox().send(new VoteResponse(core.self(), message.from(), term, true, granted));
  }

  /** Whether this term's vote may go to a member. */
  private boolean isFree(long candidate) {
    return core.vote() == candidate || (core.vote() == 0 && core.leader() == 0);
  }

  /** Whether a log is at least as up-to-date as this one (section 5.4.1). */
  private boolean isUpToDate(LogPosition other) {
    return other.compareTo(core.log().lastPosition()) >= 0;
  }

  void onResponse(VoteResponse message) {
    if (message.preVote() && message.granted()) {
      // Its term is the one asked about, which nobody is in yet.
      if (message.term() == core.term() + 1) {
        core.roleState().onVoteResponse(message);
      }
      return;
    }
    core.maybeTakeTerm(message);
    if (message.term() == core.term() || message.preVote()) {
      core.roleState().onVoteResponse(message);
    }
  }
}
