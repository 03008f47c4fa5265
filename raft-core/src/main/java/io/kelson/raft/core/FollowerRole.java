package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexResponse;
import java.util.ArrayList;
import java.util.List;

/** A follower: takes the leader's log, and campaigns when it has not heard of one for too long. */
final class FollowerRole extends RoleState {
  /**
   * How many times longer than others a member with a full disk waits before it campaigns. It does
   * so in the end because its log may be the only one that can win, and a leader with a full disk
   * can still bring others up to date, serve reads, and hand over.
   */
  static final int RELUCTANCE = 4;

  private int timeoutTicks;
  private final ForwardedReads reads;
  private long leader;
  private int elapsedTicks;

  /** Whether the leader's process has ended, it seems, and nothing was heard of it since. */
  private boolean leaderGone;

  /**
   * A follower that knows no leader yet.
   *
   * @param elapsedTicks ticks already waited in vain: a higher term alone is no reason to start
   *     waiting anew, else a member that can win nothing could keep all others from trying
   */
  FollowerRole(RaftCore core, int elapsedTicks) {
    super(core);
    this.elapsedTicks = elapsedTicks;
    this.timeoutTicks = core.drawElectionTimeoutTicks();
    this.reads = new ForwardedReads(core);
  }

  /**
   * A member that starts. It heard no leader that it could be waiting for, so it asks after a few
   * ticks whether it would win: if there is a leader those who hear it refuse, and if there is none
   * the cluster need not stand still for an election timeout. What it may have promised before it
   * ended it keeps to.
   */
  static FollowerRole starting(RaftCore core) {
    FollowerRole follower = new FollowerRole(core, 0);
    follower.askSoon();
    return follower;
  }

  private void askSoon() {
    int wait = core.pledgedTicks() + core.drawSuccessionTicks();
    elapsedTicks = Math.max(elapsedTicks, timeoutTicks - wait);
  }

  @Override
  Role role() {
    return Role.FOLLOWER;
  }

  @Override
  long leader() {
    return leader;
  }

  int elapsedTicks() {
    return elapsedTicks;
  }

  @Override
  boolean isContent() {
    return leader != 0 && !leaderGone && elapsedTicks < core.config().electionTicks();
  }

  /** Starts waiting anew: the leader was heard of, or a vote was granted (section 5.2). */
  void resetElectionTimer() {
    elapsedTicks = 0;
    leaderGone = false;
  }

  /**
   * There is no use in waiting for a leader that has ended: votes for others are given, and an
   * election of its own comes after a few ticks. Only stickiness is shortened by it, which no
   * safety rests on: whoever still hears the leader refuses the question that comes before the
   * election, and a read lease's {@link Pledge} is kept as long as ever, by this member's own vote
   * too. The ticks are counted from its end, so that members that heard the leader together do not
   * campaign together.
   */
  @Override
  void peerGone(long member) {
    if (member == leader && !leaderGone) {
      leaderGone = true;
      askSoon();
    }
  }

  @Override
  List<Long> gone() {
    return leaderGone ? List.of(leader) : List.of();
  }

  /** Learns who leads this term. Two leaders in one term would break election safety. */
  void follow(long id) {
    if (leader == id) {
      return;
    }
    if (leader != 0) {
      throw new InvariantViolation(
          "members "
              + Long.toHexString(leader)
              + " and "
              + Long.toHexString(id)
              + " both lead term "
              + core.term());
    }
    leader = id;
    core.outbox()
        .changed(
            new RoleChange(Role.FOLLOWER, Role.FOLLOWER, core.term(), id, "heard of the leader"));
  }

  // A member that was alone did not have to wait for anybody; with others it does.
  @Override
  void configurationChanged() {
    timeoutTicks = core.drawElectionTimeoutTicks();
  }

  @Override
  void tick(long nowNanos) {
    elapsedTicks++;
    int patience = core.isReluctant() ? RELUCTANCE * timeoutTicks : timeoutTicks;
    if (elapsedTicks >= patience && core.mayCampaign() && core.pledgedTicks() == 0) {
      core.campaign(leader == 0 ? "no leader came up" : "the leader fell silent");
      return;
    }
    reads.tick();
  }

  @Override
  void propose(List<Proposal> proposals) {
    if (leader == 0) {
      for (Proposal proposal : proposals) {
        core.outbox().reject(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.NO_LEADER);
      }
      return;
    }
    List<Proposal> portion = new ArrayList<>(proposals.size());
    long sizeBytes = 0;
    for (Proposal proposal : proposals) {
      if (!portion.isEmpty()
          && sizeBytes + proposal.data().length > core.config().maxAppendBytes()) {
        forward(portion);
        portion = new ArrayList<>();
        sizeBytes = 0;
      }
      portion.add(proposal);
      sizeBytes += proposal.data().length;
    }
    if (!portion.isEmpty()) {
      forward(portion);
    }
  }

  private void forward(List<Proposal> proposals) {
    core.outbox().send(new ProposalForward(core.self(), leader, core.term(), proposals));
  }

  /**
   * Hands on what was meant for a leader. Only what was sent in an older term: in the same term the
   * sender knew the same leader, and then this was it and is no more. Terms so grow along the way,
   * and it ends.
   */
  @Override
  void onProposalForward(ProposalForward message) {
    if (leader != 0 && leader != message.from() && message.term() < core.term()) {
      forward(message.proposals());
    }
  }

  @Override
  void read(long id, long nowNanos) {
    if (leader == 0) {
      core.outbox().reject(Rejection.What.READ, id, Rejection.Reason.NO_LEADER);
    } else {
      reads.add(id, leader);
    }
  }

  @Override
  void onReadIndexResponse(ReadIndexResponse message) {
    reads.answered(message.context(), message.index());
  }

  @Override
  void onTimeoutNow() {
    if (core.mayCampaign() && !core.isReluctant()) {
      core.becomeCandidate(true, "the leader handed over");
    }
  }

  @Override
  void leave() {
    reads.failAll();
  }

  @Override
  void onAppendRequest(AppendRequest message) {
    requireWellFormed(message);
    if (core.isInstalling()) {
      // There is no log to append to for the moment; the leader hears that this member is alive.
      core.sendPromised(accepted(message, 0));
      return;
    }
    RaftLog log = core.log();
    LogPosition prev = message.prev();
    if (!log.holds(prev)) {
      reject(message);
      return;
    }
    appendMissing(message);
    long verified = prev.index() + message.entries().size();
    // Never further than this very message has checked the log (section 5.3; the last line of
    // figure 2's AppendEntries): what lies beyond may still be another leader's.
    log.commitTo(Math.min(message.commit(), verified));
    if (!message.newsOnly()) {
      acknowledge(message, verified);
    }
  }

  private void reject(AppendRequest message) {
    LogPosition prev = message.prev();
    if (prev.index() <= core.log().commit()) {
      throw new InvariantViolation(
          "the leader has "
              + prev
              + ", but this log has "
              + core.log().positionAt(prev.index())
              + " there, committed");
    }
    LogPosition hint = core.log().terms().latestNotAbove(prev.index() - 1, prev.term());
    core.sendPromised(
        new AppendResponse(
            core.self(), message.from(), core.term(), false, prev.index(), hint, message.round()));
  }

  /**
   * Appends the entries this log lacks, and cuts it only at the first one that differs: a message
   * may be old, and what it holds already acknowledged (section 5.3, "if an existing entry
   * conflicts").
   */
  private void appendMissing(AppendRequest message) {
    List<Entry> entries = message.entries();
    RaftLog log = core.log();
    int at = 0;
    while (at < entries.size()
        && entries.get(at).index() <= log.last()
        && log.holds(entries.get(at).position())) {
      at++;
    }
    if (at < entries.size() && entries.get(at).index() <= log.last()) {
      core.truncateAfter(entries.get(at).index() - 1);
    }
    for (; at < entries.size(); at++) {
      core.append(entries.get(at));
    }
  }

  /**
   * A request with entries is acknowledged in full once they are durable. One without is
   * acknowledged at once, as far as the disk has come: a slow disk must not look like a dead
   * member.
   */
  private void acknowledge(AppendRequest message, long verified) {
    long durable = core.log().durable();
    if (message.entries().isEmpty() || verified <= durable) {
      core.sendPromised(accepted(message, Math.min(verified, durable)));
    } else {
      core.outbox().sendAfter(accepted(message, verified));
    }
  }

  private AppendResponse accepted(AppendRequest message, long matchIndex) {
    return new AppendResponse(
        core.self(),
        message.from(),
        core.term(),
        true,
        matchIndex,
        LogPosition.ZERO,
        message.round());
  }

  private static void requireWellFormed(AppendRequest message) {
    long index = message.prev().index();
    long term = message.prev().term();
    for (Entry entry : message.entries()) {
      index++;
      if (entry.index() != index || entry.term() < term || entry.term() > message.term()) {
        throw new InvariantViolation(
            "entry "
                + entry
                + " has no place in a request after "
                + message.prev()
                + " of term "
                + message.term());
      }
      term = entry.term();
    }
  }
}
