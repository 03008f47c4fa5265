package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.core.Message.AppendResponse;
import io.kelson.raft.core.Message.ProposalForward;
import io.kelson.raft.core.Message.ReadIndexRequest;
import io.kelson.raft.core.Message.ReadIndexResponse;
import io.kelson.raft.core.Message.VoteRequest;
import io.kelson.raft.core.Message.VoteResponse;
import io.kelson.raft.membership.ConfigEntry;
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
  private final RandomGenerator random;
  private final RaftLog log;
  private final Membership membership;
  private final Persistence persistence;
  private final Pledge pledge;
  private final Voting voting = new Voting(this);
  private final Outbox outbox = new Outbox();
  private final Invariants invariants;
  private RoleState role;
  private long term;
  private long vote;
  private long readContext;
  private boolean storageFull;
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
    this.config = config;
    this.random = random;
    this.log = new RaftLog(config, restored, appliedIndex);
    this.membership = new Membership(config, restored);
    this.persistence = new Persistence(this, restored.hardState());
    this.term = restored.hardState().term();
    this.vote = restored.hardState().vote();
    this.readContext = random.nextLong();
    this.pledge = new Pledge(config, membership.quorum().isSole(config.self()));
    this.role = FollowerRole.starting(this);
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

  /** Who votes and who listens: the latest configuration in the log. */
  public Configuration configuration() {
    return membership.configuration();
  }

  /** The same, with what its owner knows of the members. */
  public ConfigEntry configEntry() {
    return membership.current();
  }

  /** Index of the entry that brought the configuration; not above the base if that one did. */
  public long configIndex() {
    return membership.index();
  }

  /** Position just before the first entry of its log. */
  public LogPosition base() {
    return log.base();
  }

  /** Whether a snapshot is taking the place of log and state. */
  public boolean isInstalling() {
    return persistence.isInstalling();
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

  Membership membership() {
    return membership;
  }

  JointQuorum quorum() {
    return membership.quorum();
  }

  RaftLog log() {
    return log;
  }

  WriteLedger writes() {
    return persistence.writes();
  }

  Outbox outbox() {
    return outbox;
  }

  RoleState roleState() {
    return role;
  }

  Pledge pledge() {
    return pledge;
  }

  private void dispatch(Input input) {
    switch (input.kind()) {
      case TICK -> {
        persistence.tick();
        pledge.tick();
        role.tick(((Input.Tick) input).nowNanos());
      }
      case RECEIVE -> receive(((Input.Receive) input).message());
      case PROPOSE -> role.propose(((Input.Propose) input).proposals());
      case READ -> role.read(((Input.Read) input).id(), ((Input.Read) input).nowNanos());
      case PERSISTED -> persisted(((Input.Persisted) input).write());
      case APPLIED -> log.appliedTo(((Input.Applied) input).index());
      case TRANSFER -> role.transfer(((Input.Transfer) input).target());
      case CHANGE_CONFIGURATION -> role.changeConfiguration((Input.ChangeConfiguration) input);
      case COMPACT -> compact(((Input.Compact) input).index());
      case SNAPSHOT_SHIPPED -> role.snapshotShipped((Input.SnapshotShipped) input);
      case SNAPSHOT_RECEIVED -> snapshotReceived((Input.SnapshotReceived) input);
      case SNAPSHOT_INSTALLED ->
          persistence.installed(((Input.SnapshotInstalled) input).position());
      case STORAGE -> {
        storageFull = ((Input.Storage) input).full();
        role.storageChanged();
      }
      case PEER_GONE -> role.peerGone(((Input.PeerGone) input).member());
    }
  }

  private void persisted(long write) {
    log.durableTo(persistence.writes().finish(write));
    role.persisted();
  }

  // --- Snapshots -----------------------------------------------------------------------------

  private void compact(long index) {
    if (log.maybeCut(index)) {
      membership.cut(log.base().index());
      outbox.cut(log.base());
      role.compacted();
    }
  }

  /**
   * A snapshot is committed state, whichever term its sender was in; what matters is whether it is
   * ahead of what this member knows to be committed. One that is not, because it was long on its
   * way, would take back what has been applied since. And where the log holds the snapshot's last
   * entry it holds all the others too, and perhaps later ones that a leader counts on.
   */
  private void snapshotReceived(Input.SnapshotReceived snapshot) {
    LogPosition position = snapshot.position();
    // Made after its sender was asked for it, it may hold entries of a later term than that.
    long told = Math.max(snapshot.term(), position.term());
    if (told > term) {
      becomeFollower(told, "heard of a higher term");
    }
    boolean stale = position.index() <= log.commit();
    if (stale || role.role() == Role.LEADER || persistence.isInstalling()) {
      return;
    }
    if (log.holds(position)) {
      log.commitTo(position.index());
      return;
    }
    if (role.role() != Role.FOLLOWER) {
      becomeFollower(term, "a snapshot takes the place of its log");
    }
    log.reset(position);
    membership.reset(position.index(), snapshot.config());
    persistence.install(position);
    configurationChanged();
  }

  // --- Configuration -------------------------------------------------------------------------

  /** Appends an entry; a configuration is in force from here on (section 6). */
  void append(Entry entry) {
    log.append(entry);
    if (entry.type() == EntryType.CONFIG) {
      membership.append(entry);
      configurationChanged();
    }
  }

  private void configurationChanged() {
    outbox.activated(membership.current());
    role.configurationChanged();
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
      case VOTE_REQUEST -> voting.onRequest((VoteRequest) message);
      case VOTE_RESPONSE -> voting.onResponse((VoteResponse) message);
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

  void maybeTakeTerm(Message message) {
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
      // sender may lead this very term as well by now, and a round of its earlier reign would
      // confirm reads that no quorum was asked about.
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
    pledge.renew();
    follower.onAppendRequest(message);
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
    CandidateRole candidate = CandidateRole.real(this, persistence.writes().next());
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
    return quorum().isSole(self())
        ? 1
        : config.electionTicks() + random.nextInt(config.electionTicks());
  }

  /**
   * What is left of the wait for a leader that is gone, or for votes that will not come. Drawn, and
   * more than a tick or two long, so that two members that hear of it together do not campaign
   * together.
   */
  int drawSuccessionTicks() {
    return 1 + random.nextInt(Math.max(1, config.electionTicks() / 3));
  }

  /** A number for a forwarded read that this member has never used. */
  long nextReadContext() {
    return readContext++;
  }

  /** Gives this term's vote away, which happens once. */
  void promiseVote(long candidate) {
    vote = candidate;
  }

  /** Cuts the log, and takes back what writes under way would have made durable beyond. */
  void truncateAfter(long index) {
    if (role.role() == Role.LEADER) {
      throw new InvariantViolation("a leader was about to cut its log after " + index);
    }
    log.truncateAfter(index);
    persistence.writes().truncateAfter(index);
    if (membership.truncateAfter(index)) {
      configurationChanged();
    }
  }

  /** Whether this member has a part in elections, and a log to win one with. */
  boolean mayCampaign() {
    return membership.mayCampaign(self(), log.commit()) && !persistence.isInstalling();
  }

  /** For how long its vote is not even its own to take; whoever votes alone owes it to nobody. */
  int pledgedTicks() {
    return quorum().isSole(self()) ? 0 : pledge.leftTicks();
  }

  /** Whether its disk has no room. */
  boolean isStorageFull() {
    return storageFull;
  }

  /**
   * Whether others had better lead, since this member's disk is full. Where there are no others it
   * leads all the same: reads still work.
   */
  boolean isReluctant() {
    return storageFull && !quorum().isSole(self());
  }

  /** Sends something that relies on term and vote: at once if the disk has them, else after. */
  void sendPromised(Message message) {
    persistence.sendPromised(message);
  }

  // --- Effects -------------------------------------------------------------------------------

  private Effects finish() {
    PersistBatch persist = persistence.nextBatch();
    Committed committed = log.nextCommitted();
    Effects effects = outbox.take(persist, committed);
    log.evict();
    return effects;
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
        + membership
        + " "
        + log
        + (role instanceof LeaderRole ? " " + role : "");
  }
}
