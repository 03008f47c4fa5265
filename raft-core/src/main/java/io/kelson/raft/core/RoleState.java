package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteResponse;
import java.util.List;

/**
 * The part a member plays in its term, with the state that only this part has.
 *
 * <p>A role lives from one transition to the next: {@link RaftCore} makes a new object each time
 * and drops the old one, so that nothing of it can be left over. Messages reach a role only in the
 * role's own term; those it has no use for it ignores.
 */
abstract sealed class RoleState permits FollowerRole, CandidateRole, LeaderRole {
  final RaftCore core;

  RoleState(RaftCore core) {
    this.core = core;
  }

  abstract Role role();

  /** The leader of this term as far as known, 0 for none. */
  abstract long leader();

  /** Whether a leader was heard of so recently that an election would only disturb it. */
  abstract boolean isContent();

  /**
   * Time passed.
   *
   * @param nowNanos this member's monotonic clock, as of shortly before
   */
  abstract void tick(long nowNanos);

  abstract void propose(List<Proposal> proposals);

  abstract void read(long id, long nowNanos);

  /** The role ends: whatever waits in it is answered. */
  abstract void leave();

  /** Writes were finished; how far the log is durable has been noted already. */
  void persisted() {}

  void transfer(long target) {}

  void changeConfiguration(Input.ChangeConfiguration change) {
    core.outbox().reject(Rejection.What.CONFIGURATION, change.id(), Rejection.Reason.NOT_LEADER);
  }

  /** Another configuration is in force. */
  void configurationChanged() {}

  /** Whether this member's disk is full has changed. */
  void storageChanged() {}

  /** A member's process has ended, it seems. */
  void peerGone(long member) {}

  /** Members of which no votes are to be expected: they have ended, it seems. */
  List<Long> gone() {
    return List.of();
  }

  /** The log begins later than before. */
  void compacted() {}

  void snapshotShipped(Input.SnapshotShipped shipped) {}

  void onVoteResponse(VoteResponse message) {}

  void onAppendRequest(AppendRequest message) {
    throw new InvariantViolation(
        role() + " was handed " + message.getClass().getSimpleName() + " of " + message.from());
  }

  void onAppendResponse(AppendResponse message) {}

  void onProposalForward(ProposalForward message) {}

  void onReadIndexRequest(ReadIndexRequest message) {}

  void onReadIndexResponse(ReadIndexResponse message) {}

  void onTimeoutNow() {}
}
