package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.TimeoutNow;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.raft.progress.Progress;
import java.util.ArrayDeque;
import java.util.List;

/** The leader: appends, replicates, commits, and proves again and again that it still leads. */
final class LeaderRole extends RoleState {
  /**
   * Entries of this leader's own that wait for commitment, or for its own disk: those others have
   * committed still take up memory here while this disk stalls.
   */
  private record Pending(long last, long sizeBytes) {}

  private final Replication replication;
  private final ReadRounds reads;
  private final ReadLease lease;
  private final Retreat retreat;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final long firstIndex;
  private long pendingBytes;
  private int heartbeatTicks;
  private int quorumTicks;
  private long transferTarget;
  private int transferTicks;
  private boolean transferAsked;

  /** Whether the configuration in force may still be uncommitted. */
  private boolean changing = true;

  /** Whether this leader has no vote any more and looks for somebody to hand over to. */
  private boolean retiring;

  LeaderRole(RaftCore core) {
    super(core);
    this.replication = new Replication(core);
    this.reads = new ReadRounds(core);
    this.lease = new ReadLease(core.config().readLeaseNanos());
    this.retreat = new Retreat(core, replication);
    this.firstIndex = core.log().last() + 1;
  }

  /** Begins the reign with an entry of its own, without which nothing older may be committed. */
  void start() {
    core.append(Entry.noop(core.term(), firstIndex));
    if (!core.membership().isRecorded()) {
      // The first leader of a new cluster: whoever joins later finds the members in the log.
      append(core.configuration(), core.configEntry().context());
    }
    replication.replicateToAll();
  }

  @Override
  Role role() {
    return Role.LEADER;
  }

  @Override
  long leader() {
    return core.self();
  }

  // A leader without a quorum steps down by itself; until then an election would only disturb.
  @Override
  boolean isContent() {
    return true;
  }

  Replication replication() {
    return replication;
  }

  @Override
  void tick(long nowNanos) {
    if (transferTarget != 0 && ++transferTicks >= core.config().electionTicks()) {
      transferTarget = 0;
      if (retiring) {
        core.becomeFollower(core.term(), "this member is no voter any more");
        return;
      }
    }
    retreat.tick();
    maybeRetreat();
    if (++quorumTicks >= core.config().electionTicks()) {
      quorumTicks = 0;
      if (!replication.takeActiveQuorum()) {
        core.becomeFollower(core.term(), "no quorum was heard of for an election timeout");
        return;
      }
      replication.retrySnapshots();
    }
    if (++heartbeatTicks >= core.config().heartbeatTicks()) {
      heartbeatTicks = 0;
      transferAsked = false;
      maybeOpenRound();
      if (lease.isWanted()) {
        // In every heartbeat, so that a leader nobody writes to keeps its lease as well.
        lease.asked(replication.nextRound(), nowNanos);
      }
      replication.heartbeat();
    }
  }

  @Override
  void propose(List<Proposal> proposals) {
    boolean appended = false;
    for (Proposal proposal : proposals) {
      if (transferTarget != 0) {
        core.outbox().reject(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.TRANSFERRING);
      } else if (core.isStorageFull()) {
        core.outbox().reject(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.NO_SPACE);
      } else if (maybeAppend(proposal.data())) {
        appended = true;
      } else {
        core.outbox()
            .reject(Rejection.What.PROPOSAL, proposal.id(), Rejection.Reason.TOO_MANY_UNCOMMITTED);
      }
    }
    if (appended) {
      replication.replicateToAll();
    }
  }

  @Override
  void onProposalForward(ProposalForward message) {
    boolean appended = false;
    for (Proposal proposal : message.proposals()) {
      appended |= transferTarget == 0 && !core.isStorageFull() && maybeAppend(proposal.data());
    }
    if (appended) {
      replication.replicateToAll();
    }
  }

  /** Appends a command unless too much waits already; one alone is taken whatever its size. */
  private boolean maybeAppend(byte[] data) {
    Entry entry = new Entry(core.term(), core.log().last() + 1, EntryType.NORMAL, data);
    if (pendingBytes > 0
        && pendingBytes + entry.sizeBytes() > core.config().maxUncommittedBytes()) {
      return false;
    }
    core.append(entry);
    pending.add(new Pending(entry.index(), entry.sizeBytes()));
    pendingBytes += entry.sizeBytes();
    return true;
  }

  @Override
  void persisted() {
    maybeCommit();
    release();
    maybeHandOver();
  }

  @Override
  void onAppendResponse(AppendResponse message) {
    Progress follower = replication.find(message.from());
    if (follower == null) {
      return;
    }
    follower.noteHeard(message.round());
    if (lease.isWanted()) {
      lease.answered(replication.confirmedRound());
    }
    follower.maybeResume();
    if (!message.success()) {
      replication.rejected(follower, message);
    } else if (replication.accepted(follower, message)) {
      maybeCommit();
    }
    replication.replicate(follower);
    replication.announceCommit(follower);
    confirmReads();
    maybeHandOver();
  }

  /**
   * Commits what a quorum holds, but counts only for entries of its own term: an older one that a
   * quorum holds may still be lost (section 5.4.2, figure 8). What precedes is committed with it.
   */
  private void maybeCommit() {
    RaftLog log = core.log();
    long index = Math.min(replication.quorumMatch(), log.last());
    if (index < firstIndex || !log.commitTo(index)) {
      return;
    }
    release();
    replication.announceCommit();
    maybeOpenRound();
    if (changing && core.membership().index() <= index) {
      configurationCommitted();
    }
  }

  private void release() {
    long done = Math.min(core.log().commit(), core.log().durable());
    while (!pending.isEmpty() && pending.peek().last() <= done) {
      pendingBytes -= pending.poll().sizeBytes();
    }
  }

  @Override
  void read(long id, long nowNanos) {
    if (mayUseLease() && lease.covers(nowNanos)) {
      core.outbox().ready(id, core.log().commit());
    } else {
      addRead(0, id);
    }
  }

  /**
   * Whether a lease would say anything. Not before an own entry is committed, as the commit index
   * may be behind that of a predecessor. And not without a vote: the members that remain may be a
   * single one, which waits for nobody before it elects itself.
   */
  private boolean mayUseLease() {
    return core.log().commit() >= firstIndex && core.quorum().contains(core.self());
  }

  // No lease here: a message brings no reading of this member's clock that is younger than itself.
  @Override
  void onReadIndexRequest(ReadIndexRequest message) {
    addRead(message.from(), message.context());
  }

  private void addRead(long asker, long id) {
    reads.add(asker, id);
    maybeOpenRound();
  }

  /** Opens a round for waiting reads once this term has committed something (thesis, 6.4). */
  private void maybeOpenRound() {
    if (core.log().commit() < firstIndex || !reads.wantsRound()) {
      return;
    }
    reads.open(replication.nextRound());
    reads.confirm(replication.confirmedRound());
    if (!reads.isEmpty()) {
      replication.sendRound();
    }
  }

  private void confirmReads() {
    if (!reads.isEmpty()) {
      reads.confirm(replication.confirmedRound());
      maybeOpenRound();
    }
  }

  @Override
  void transfer(long target) {
    boolean mayLead = core.configuration().voters().contains(target);
    if (target != core.self() && mayLead && !retiring) {
      handOverTo(target);
      maybeHandOver();
    }
  }

  private void handOverTo(long target) {
    transferTarget = target;
    transferTicks = 0;
    transferAsked = false;
  }

  /**
   * Has the target campaign as soon as its log is complete (thesis, section 3.10); once per
   * heartbeat, in case the message is lost.
   */
  private void maybeHandOver() {
    if (transferTarget != 0
        && !transferAsked
        && replication.find(transferTarget).match() == core.log().last()) {
      transferAsked = true;
      // Whoever hears of it is elected by members that have promised to elect nobody yet; and the
      // message may be on its way for as long as this term lasts.
      lease.forgo();
      core.outbox().send(new TimeoutNow(core.self(), transferTarget, core.term()));
      if (retiring) {
        core.becomeFollower(core.term(), "handed over, being no voter any more");
      }
    }
  }

  // --- A disk that is full or stalls -----------------------------------------------------------

  @Override
  void storageChanged() {
    retreat.storageChanged();
    maybeRetreat();
  }

  private void maybeRetreat() {
    if (transferTarget != 0 || retiring) {
      return;
    }
    long successor = retreat.next();
    if (successor != 0) {
      handOverTo(successor);
      maybeHandOver();
    }
  }

  // --- Membership (section 6; thesis, chapter 4) -----------------------------------------------

  @Override
  void changeConfiguration(Input.ChangeConfiguration change) {
    Rejection.Reason refusal = refusal(change.target());
    if (refusal != null) {
      core.outbox().reject(Rejection.What.CONFIGURATION, change.id(), refusal);
      return;
    }
    append(core.configuration().towards(change.target()), change.context());
    replication.replicateToAll();
  }

  private Rejection.Reason refusal(ConfigurationChange target) {
    if (core.log().commit() < firstIndex) {
      // A predecessor's change may be committed without this leader knowing: two changes at once
      // could form majorities that do not overlap.
      return Rejection.Reason.NOT_READY;
    }
    if (core.configuration().isJoint() || core.membership().index() > core.log().commit()) {
      return Rejection.Reason.CHANGE_PENDING;
    }
    if (transferTarget != 0) {
      return Rejection.Reason.TRANSFERRING;
    }
    for (long voter : target.voters()) {
      if (!core.quorum().contains(voter) && !isCaughtUp(voter)) {
        return Rejection.Reason.NOT_CAUGHT_UP;
      }
    }
    return null;
  }

  /** Whether a learner has so much of the log that as a voter it would not hold up commitment. */
  private boolean isCaughtUp(long id) {
    Progress learner = replication.find(id);
    return learner != null && learner.match() * 10 >= core.log().commit() * 9;
  }

  private void append(Configuration configuration, byte[] context) {
    byte[] data = new ConfigEntry(configuration, context).encode();
    core.append(new Entry(core.term(), core.log().last() + 1, EntryType.CONFIG, data));
  }

  @Override
  void configurationChanged() {
    changing = true;
    lease.drop();
    // New members are first asked about the entry that made them members.
    replication.reconfigure(core.log().last());
    if (transferTarget != 0 && !core.configuration().voters().contains(transferTarget)) {
      transferTarget = 0;
    }
    confirmReads();
  }

  /**
   * What is in force is committed: a joint phase ends, and a leader that has no vote any more has
   * done its last duty (section 6).
   */
  private void configurationCommitted() {
    changing = false;
    if (core.configuration().isJoint()) {
      append(core.configuration().leaveJoint(), core.configEntry().context());
      replication.replicateToAll();
    } else if (!core.quorum().contains(core.self())) {
      retiring = true;
      handOverTo(replication.mostAdvanced(core.configuration().voters()));
    }
  }

  // --- Snapshots -------------------------------------------------------------------------------

  @Override
  void compacted() {
    replication.compacted();
  }

  @Override
  void snapshotShipped(Input.SnapshotShipped shipped) {
    replication.snapshotShipped(shipped.to(), shipped.position());
  }

  @Override
  void leave() {
    reads.failAll();
  }

  @Override
  public String toString() {
    return "leader{first="
        + firstIndex
        + " pendingBytes="
        + pendingBytes
        + " transfer="
        + Long.toHexString(transferTarget)
        + " "
        + replication
        + "}";
  }
}
