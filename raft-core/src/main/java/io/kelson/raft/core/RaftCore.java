package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.quorum.JointQuorum;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One member's consensus, as a function of its inputs.
 *
 * <p>{@link #step} takes one input and returns everything that should happen next. The core never
 * waits for any of it: it goes on from the log as it stands in memory and hears of finished writes
 * and applied entries as inputs. What a message promises travels with the write that makes it true
 * ({@link PersistBatch#sendAfter}).
 *
 * <p>After every step the core checks what must always hold, and throws {@link InvariantViolation}
 * if something does not; after that, or any other exception, it refuses to go on.
 *
 * <p>Not thread-safe: one thread owns it.
 */
public final class RaftCore {
  private final CoreConfig config;
  private final JointQuorum quorum;
  private final List<Long> voters;
  private final RandomGenerator random;
  private final RaftLog log;
  private final WriteLedger writes = new WriteLedger();
  private final Outbox outbox = new Outbox();
  private final Invariants invariants;
  private HardState written;
  private RoleState role;
  private long term;
  private long vote;
  private long readContext;
  private int ticksSinceCommitHint;
  private Throwable failure;

  /**
   * A member that starts, as a follower that knows no leader.
   *
   * @param config its settings
   * @param restored what its disk holds
   * @param appliedIndex what its state machine has applied; entries after it are handed out
   * @param random drawn from for election timeouts and for the numbers of forwarded reads
   * @throws InvariantViolation if disk and state machine contradict each other
   */
  public RaftCore(
      CoreConfig config, RestoredLog restored, long appliedIndex, RandomGenerator random) {
    Configuration configuration = config.configuration();
    this.config = config;
    this.quorum = new JointQuorum(configuration.voters(), configuration.outgoing());
    this.voters = configuration.members().stream().filter(configuration::isVoter).toList();
    this.random = random;
    this.log = new RaftLog(config, restored, appliedIndex);
    this.written = restored.hardState();
    this.term = written.term();
    this.vote = written.vote();
    this.readContext = random.nextLong();
    this.role = new FollowerRole(this, 0);
    this.invariants = new Invariants(this);
  }

  /**
   * Takes one input.
   *
   * @return what should happen next; the lists in it are the caller's
   * @throws InvariantViolation if something impossible has happened; the caller stops the member
   */
  public Effects step(Input input) {
    if (failure != null) {
      throw new InvariantViolation("the core has failed before and does not go on", failure);
    }
    try {
      dispatch(input);
      Effects effects = finish();
      invariants.check();
      return effects;
    } catch (RuntimeException e) {
      failure = e;
      throw e instanceof InvariantViolation
          ? new InvariantViolation(e.getMessage() + "; " + this + "; on " + input, e)
          : e;
    }
  }

  /** The part this member plays. */
  public Role role() {
    return role.role();
  }

  /** The latest term it has seen. */
  public long term() {
    return term;
  }

  /** The member it voted for in this term, 0 for nobody. */
  public long vote() {
    return vote;
  }

  /** The leader of this term as far as it knows, 0 for none. */
  public long leader() {
    return role.leader();
  }

  /** Index of the last entry of its log, durable or not. */
  public long lastIndex() {
    return log.last();
  }

  /** Position of the last entry of its log. */
  public LogPosition lastPosition() {
    return log.lastPosition();
  }

  /** Last index it knows to be committed; may be ahead of its own disk. */
  public long commitIndex() {
    return log.commit();
  }

  /** Last index its disk is known to hold. */
  public long durableIndex() {
    return log.durable();
  }

  /** Last index its state machine is known to have applied. */
  public long appliedIndex() {
    return log.applied();
  }

  /** Who votes and who listens. */
  public Configuration configuration() {
    return config.configuration();
  }

  /** This member's id. */
  public long self() {
    return config.self();
  }

  /**
   * The term of an entry of the log.
   *
   * @param index between the log's base and {@link #lastIndex()}
   */
  public long termAt(long index) {
    return log.terms().termAt(index);
  }

  /** The entries it holds in memory, oldest first; a copy, for tests and diagnosis. */
  public List<Entry> recentEntries() {
    return log.window().slice(log.window().lo(), log.window().hi());
  }

  CoreConfig config() {
    return config;
  }

  JointQuorum quorum() {
    return quorum;
  }

  /** Everybody with a vote, in either half of the configuration, ascending. */
  List<Long> voters() {
    return voters;
  }

  RaftLog log() {
    return log;
  }

  WriteLedger writes() {
    return writes;
  }

  Outbox outbox() {
    return outbox;
  }

  RoleState roleState() {
    return role;
  }

  private void dispatch(Input input) {
    switch (input.kind()) {
      case TICK -> {
        ticksSinceCommitHint++;
        role.tick();
      }
      case RECEIVE -> receive(((Input.Receive) input).message());
      case PROPOSE -> role.propose(((Input.Propose) input).proposals());
      case READ -> role.read(((Input.Read) input).id());
      case PERSISTED -> persisted(((Input.Persisted) input).write());
      case APPLIED -> log.appliedTo(((Input.Applied) input).index());
      case TRANSFER -> role.transfer(((Input.Transfer) input).target());
    }
  }

  private void persisted(long write) {
    log.durableTo(writes.finish(write));
    role.persisted();
  }

  // --- Terms ---------------------------------------------------------------------------------

  /**
   * The rules for all members (Raft paper, figure 2): a higher term is taken over, a lower one is
   * answered so that its sender catches up, and only then comes what the role makes of it.
   */
  private void receive(Message message) {
    if (message.to() != self() || message.from() == self()) {
      return;
    }
    switch (message.kind()) {
      case VOTE_REQUEST -> onVoteRequest((VoteRequest) message);
      case VOTE_RESPONSE -> onVoteResponse((VoteResponse) message);
      case APPEND_REQUEST -> onAppendRequest((AppendRequest) message);
      case APPEND_RESPONSE -> {
        if (isCurrent(message)) {
          role.onAppendResponse((AppendResponse) message);
        }
      }
      case PROPOSAL_FORWARD -> {
        // A command belongs to no term: one sent in an older term is as welcome.
        maybeTakeTerm(message);
        role.onProposalForward((ProposalForward) message);
      }
      case READ_INDEX_REQUEST -> {
        if (isCurrent(message)) {
          role.onReadIndexRequest((ReadIndexRequest) message);
        }
      }
      case READ_INDEX_RESPONSE -> {
        if (isCurrent(message)) {
          role.onReadIndexResponse((ReadIndexResponse) message);
        }
      }
      case TIMEOUT_NOW -> {
        if (isCurrent(message)) {
          role.onTimeoutNow();
        }
      }
    }
  }

  private void maybeTakeTerm(Message message) {
    if (message.term() > term) {
      becomeFollower(message.term(), "heard of a higher term");
    }
  }

  /** Takes over a higher term; false for a message of a lower one. */
  private boolean isCurrent(Message message) {
    maybeTakeTerm(message);
    return message.term() == term;
  }

  private void onAppendRequest(AppendRequest message) {
    if (message.term() < term) {
      // Told of this term the old leader steps down. Without an answer a member that has come back
      // with a higher term would stay outside for good: it refuses the leader, and nobody who
      // hears that leader would vote for it. The request's round stays out of the answer: the
      // sender
      // may lead this very term as well by now, and a round of its earlier reign would confirm
      // reads
      // that no quorum was asked about.
      sendPromised(
          new AppendResponse(
              self(), message.from(), term, false, message.prev().index(), LogPosition.ZERO, 0));
      return;
    }
    maybeTakeTerm(message);
    switch (role.role()) {
      case FOLLOWER -> {}
      case PRE_CANDIDATE, CANDIDATE -> becomeFollower(term, "heard of the leader");
      case LEADER ->
          throw new InvariantViolation(
              "member " + Long.toHexString(message.from()) + " leads this leader's own term");
    }
    FollowerRole follower = (FollowerRole) role;
    follower.follow(message.from());
    follower.resetElectionTimer();
    follower.onAppendRequest(message);
  }

  // --- Votes ---------------------------------------------------------------------------------

  private void onVoteRequest(VoteRequest message) {
    boolean disturbs = role.isContent() && !message.transfer() && message.term() > term;
    if (message.preVote()) {
      boolean granted =
          !disturbs && message.term() >= term && (message.term() > term || isFree(message.from()));
      granted &= isUpToDate(message.lastLog());
      // Refused with this member's own term: one that has fallen behind learns of it even while
      // nobody leads, and its next question counts.
      outbox.send(
          new VoteResponse(self(), message.from(), granted ? message.term() : term, true, granted));
      return;
    }
    if (disturbs) {
      return;
    }
    maybeTakeTerm(message);
    if (message.term() == term && isFree(message.from()) && isUpToDate(message.lastLog())) {
      vote = message.from();
      if (role instanceof FollowerRole follower) {
        follower.resetElectionTimer();
      }
      outbox.sendAfter(new VoteResponse(self(), message.from(), term, false, true));
    } else {
      sendPromised(new VoteResponse(self(), message.from(), term, false, false));
    }
  }

  /** Whether this term's vote may go to a member. */
  private boolean isFree(long candidate) {
    return vote == candidate || (vote == 0 && role.leader() == 0);
  }

  /** Whether a log is at least as up-to-date as this one (section 5.4.1). */
  private boolean isUpToDate(LogPosition other) {
    return other.compareTo(log.lastPosition()) >= 0;
  }

  private void onVoteResponse(VoteResponse message) {
    if (message.preVote() && message.granted()) {
      // Its term is the one asked about, which nobody is in yet.
      if (message.term() == term + 1) {
        role.onVoteResponse(message);
      }
      return;
    }
    maybeTakeTerm(message);
    if (message.term() == term || message.preVote()) {
      role.onVoteResponse(message);
    }
  }

  // --- Transitions ---------------------------------------------------------------------------

  /** Begins an election: asks first, so that a member that cannot win disturbs nobody. */
  void campaign(String reason) {
    CandidateRole candidate = CandidateRole.pre(this);
    become(candidate, reason);
    candidate.ask(false);
  }

  void becomeCandidate(boolean transfer, String reason) {
    term++;
    vote = self();
    CandidateRole candidate = CandidateRole.real(this, writes.next());
    become(candidate, reason);
    candidate.ask(transfer);
  }

  void becomeLeader() {
    LeaderRole leader = new LeaderRole(this);
    become(leader, "won the election");
    leader.start();
  }

  void becomeFollower(long newTerm, String reason) {
    if (newTerm > term) {
      term = newTerm;
      vote = 0;
    }
    int waited = role instanceof FollowerRole follower ? follower.elapsedTicks() : 0;
    become(new FollowerRole(this, waited), reason);
  }

  private void become(RoleState next, String reason) {
    RoleState previous = role;
    previous.leave();
    role = next;
    outbox.changed(new RoleChange(previous.role(), next.role(), term, next.leader(), reason));
  }

  // --- Services to the roles -----------------------------------------------------------------

  /** A fresh election timeout; a member that has nobody to wait for does not wait. */
  int drawElectionTimeoutTicks() {
    return quorum.isSole(self())
        ? 1
        : config.electionTicks() + random.nextInt(config.electionTicks());
  }

  /** A number for a forwarded read that this member has never used. */
  long nextReadContext() {
    return readContext++;
  }

  /** Cuts the log, and takes back what writes under way would have made durable beyond. */
  void truncateAfter(long index) {
    if (role.role() == Role.LEADER) {
      throw new InvariantViolation("a leader was about to cut its log after " + index);
    }
    log.truncateAfter(index);
    writes.truncateAfter(index);
  }

  /** Sends something that relies on term and vote: at once if the disk has them, else after. */
  void sendPromised(Message message) {
    boolean durable = term == written.term() && vote == written.vote() && writes.promisesFinished();
    if (durable) {
      outbox.send(message);
    } else {
      outbox.sendAfter(message);
    }
  }

  // --- Effects -------------------------------------------------------------------------------

  private Effects finish() {
    PersistBatch persist = nextBatch();
    Committed committed = log.nextCommitted();
    Effects effects = outbox.take(persist, committed);
    log.evict();
    return effects;
  }

  /**
   * The write this step calls for, or null. A commit index alone is only a hint: it rides along
   * with other writes, and on its own goes out once per election timeout while the disk is idle.
   */
  private PersistBatch nextBatch() {
    boolean promise = term != written.term() || vote != written.vote();
    boolean content = promise || log.hasUnwritten();
    boolean hint =
        ticksSinceCommitHint >= config.electionTicks()
            && writes.isIdle()
            && log.commit() > written.commit();
    if (!content && !outbox.hasSendAfter() && !hint) {
      return null;
    }
    HardState hardState = null;
    if (promise || log.commit() > written.commit()) {
      hardState = new HardState(term, vote, log.commit());
      written = hardState;
      ticksSinceCommitHint = 0;
    }
    List<Entry> entries = log.takeUnwritten();
    long number = writes.issue(log.last(), promise);
    return new PersistBatch(number, hardState, entries, outbox.takeSendAfter(), content);
  }

  @Override
  public String toString() {
    return "member "
        + Long.toHexString(self())
        + " "
        + role()
        + " term="
        + term
        + " vote="
        + Long.toHexString(vote)
        + " leader="
        + Long.toHexString(leader())
        + " "
        + log
        + (role instanceof LeaderRole ? " " + role : "");
  }
}
