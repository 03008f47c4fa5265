package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What must hold whatever happens (Raft paper, figure 3, and what durability and reads add to it).
 * The checks look at the cluster from above: at every disk and every message, which no member can.
 */
final class Invariants {
  private record Written(long hash, long prevTerm) {}

  private record VoteKey(long voter, long term) implements Comparable<VoteKey> {
    @Override
    public int compareTo(VoteKey o) {
      return voter != o.voter ? Long.compare(voter, o.voter) : Long.compare(term, o.term);
    }
  }

  /** A new highest commit index, and the term in which it was reached. */
  private record CommitSeen(LogPosition position, long term) {}

  private final List<SimNode> nodes;

  /** What each member took for the configuration in force after its last step. */
  private final Configuration[] inForce = new Configuration[SimNetwork.MAX_ID + 1];

  /** The configurations that are committed, by index; the one of the beginning stands at 0. */
  private final TreeMap<Long, Configuration> configurations = new TreeMap<>();

  private final Set<Long> everMembers = new HashSet<>();
  private Consumer<Configuration> onConfiguration = configuration -> {};
  private final TreeMap<Long, Long> leaderOfTerm = new TreeMap<>();
  private final TreeMap<LogPosition, Written> written = new TreeMap<>();
  private final TreeMap<VoteKey, Long> votes = new TreeMap<>();
  private final long[] highestTerm = new long[SimNetwork.MAX_ID + 1];
  private final long[] highestCommit = new long[SimNetwork.MAX_ID + 1];

  /** The term a member led after its last step, 0 for none. */
  private final long[] leading = new long[SimNetwork.MAX_ID + 1];

  /** Everything committed anywhere, by index - 1, as first seen. */
  private final List<Entry> committed = new ArrayList<>();

  private final List<Long> committedHash = new ArrayList<>();

  /** The state that the committed entries lead to, and its hash after each. */
  private final Registers replay = new Registers();

  private final List<Long> replayHash = new ArrayList<>();
  private final List<CommitSeen> commits = new ArrayList<>();
  private long maxCommitSeen;

  /**
   * @param nodes filled by the caller, in the order of their ids
   */
  Invariants(List<SimNode> nodes, SimOptions options) {
    this.nodes = nodes;
    configurations.put(0L, options.founders());
    everMembers.addAll(options.founders().members());
  }

  /** Somebody wants to know of every configuration as it is committed. */
  void onConfiguration(Consumer<Configuration> listener) {
    onConfiguration = listener;
  }

  /** The newest configuration that is committed. */
  Configuration committedConfiguration() {
    return configurations.lastEntry().getValue();
  }

  /** The index of its entry. */
  long committedConfigurationIndex() {
    return configurations.lastKey();
  }

  /** Whether any configuration that was committed has had this member. */
  boolean wasMember(long id) {
    return everMembers.contains(id);
  }

  /** Highest commit index that any member has ever known. */
  long maxCommitSeen() {
    return maxCommitSeen;
  }

  /** After every step of a member. */
  void afterStep(SimNode node) {
    RaftCore core = node.core();
    int n = (int) node.id;
    require(
        core.term() >= highestTerm[n],
        "member %d went back from term %d to %d",
        n,
        highestTerm[n],
        core.term());
    highestTerm[n] = core.term();
    if (core.role() == Role.LEADER) {
      Long other = leaderOfTerm.putIfAbsent(core.term(), node.id);
      require(
          other == null || other == node.id,
          "members %d and %d both lead term %d",
          other,
          node.id,
          core.term());
      if (other == null) {
        requireComplete(node);
        requireElected(node);
      }
    }
    require(
        core.commitIndex() >= highestCommit[n],
        "member %d went back from commit index %d to %d",
        n,
        highestCommit[n],
        core.commitIndex());
    if (core.role() == Role.LEADER && core.commitIndex() > highestCommit[n]) {
      // Paper, section 5.4.2: what an older term left behind is committed only by what follows it.
      require(
          leading[n] != core.term() || core.termAt(core.commitIndex()) == core.term(),
          "member %d leads term %d and commits index %d of term %d by itself",
          n,
          core.term(),
          core.commitIndex(),
          core.termAt(core.commitIndex()));
    }
    leading[n] = core.role() == Role.LEADER ? core.term() : 0;
    highestCommit[n] = core.commitIndex();
    if (core.commitIndex() > maxCommitSeen) {
      long before = maxCommitSeen;
      maxCommitSeen = core.commitIndex();
      requireDurableOnQuorum(node);
      noteConfigurations(node, before);
    }
    requireLatestConfiguration(node);
    inForce[n] = core.configuration();
  }

  private void noteConfigurations(SimNode node, long before) {
    for (Entry entry : node.disk().read(before + 1, maxCommitSeen + 1)) {
      if (entry.type() == EntryType.CONFIG) {
        Configuration configuration = ConfigEntry.decode(entry.data()).configuration();
        configurations.put(entry.index(), configuration);
        everMembers.addAll(configuration.members());
        onConfiguration.accept(configuration);
      }
    }
  }

  /** In force is the latest configuration in the log, whatever the log has gone through. */
  private void requireLatestConfiguration(SimNode node) {
    RaftCore core = node.core();
    if (core.isInstalling()) {
      return;
    }
    LogImage log = node.disk().visible();
    Map.Entry<Long, Configuration> latest = log.configuration();
    if (latest == null) {
      latest = configurations.floorEntry(log.base().index());
      if (latest.getKey() == 0) {
        // None has ever been in the log: it goes by what it was told when it was made.
        return;
      }
    }
    require(
        core.configuration().equals(latest.getValue()),
        "member %d goes by %s, but the latest in its log is %s",
        node.id,
        core.configuration(),
        latest);
  }

  /** A leader has the votes of a majority, in a joint configuration of both. */
  private void requireElected(SimNode leader) {
    Configuration configuration = inForce[(int) leader.id];
    for (List<Long> half : List.of(configuration.voters(), configuration.outgoing())) {
      long given = half.stream().filter(id -> hasVotedFor(id, leader)).count();
      require(
          half.isEmpty() || given > half.size() / 2,
          "member %d leads term %d with %d votes of %s",
          leader.id,
          leader.core().term(),
          given,
          half);
    }
  }

  private boolean hasVotedFor(long id, SimNode leader) {
    if (id == leader.id) {
      HardState own = leader.disk().hardState();
      return own.term() == leader.core().term() && own.vote() == id;
    }
    Long vote = votes.get(new VoteKey(id, leader.core().term()));
    return vote != null && vote == leader.id;
  }

  /**
   * A member came back: what it may have forgotten is measured against what it had promised
   * elsewhere.
   */
  void afterRestart(SimNode node) {
    int n = (int) node.id;
    // The commit index is a hint on disk and may be older after a restart.
    highestCommit[n] = 0;
    leading[n] = 0;
    inForce[n] = node.core().configuration();
    highestTerm[n] = Math.min(highestTerm[n], node.core().term());
    based(node);
  }

  /**
   * Leader Completeness: what was committed in a term is in the log of every leader of a later one.
   */
  private void requireComplete(SimNode leader) {
    for (CommitSeen seen : commits) {
      if (seen.term() >= leader.core().term()) {
        continue;
      }
      require(
          leader.disk().visible().holds(seen.position()),
          "member %d leads term %d without %s, committed in term %d",
          leader.id,
          leader.core().term(),
          seen.position(),
          seen.term());
    }
  }

  /** An entry counts as committed only when a majority's disks hold it. */
  private void requireDurableOnQuorum(SimNode node) {
    List<Entry> entry = node.disk().read(maxCommitSeen, maxCommitSeen + 1);
    require(
        entry.size() == 1,
        "member %d commits index %d, which it does not have",
        node.id,
        maxCommitSeen);
    commits.add(new CommitSeen(entry.get(0).position(), node.core().term()));
    LogPosition position = entry.get(0).position();
    // What came into force by this very commitment had no part in it.
    Configuration configuration = inForce[(int) node.id];
    for (List<Long> half : List.of(configuration.voters(), configuration.outgoing())) {
      long holders = half.stream().filter(id -> disk(id).holds(position)).count();
      require(
          half.isEmpty() || holders > half.size() / 2,
          "member %d commits %s, which only %d of %s hold on disk",
          node.id,
          entry.get(0),
          holders,
          half);
    }
  }

  private SimDisk disk(long id) {
    return nodes.get((int) id - 1).disk();
  }

  /** Log Matching: one position, one entry, one predecessor; for ever, in every log. */
  void written(SimNode node, PersistBatch batch) {
    if (batch.entries().isEmpty()) {
      return;
    }
    long first = batch.entries().get(0).index();
    long prevTerm = node.disk().visible().termAt(first - 1);
    for (Entry entry : batch.entries()) {
      if (entry.type() == EntryType.CONFIG && node.core().role() == Role.LEADER) {
        requireChangeAllowed(node, entry);
      }
      Written now = new Written(Registers.mix(0, entry), prevTerm);
      Written before = written.putIfAbsent(entry.position(), now);
      require(
          before == null || before.equals(now),
          "member %d writes %s after term %d; elsewhere that position holds something else",
          node.id,
          entry,
          prevTerm);
      prevTerm = entry.term();
    }
  }

  /**
   * Members change one step after the other, and only once the leader knows that its predecessors'
   * steps are settled (thesis, chapter 4, and the correction to it).
   */
  private void requireChangeAllowed(SimNode leader, Entry entry) {
    RaftCore core = leader.core();
    Map.Entry<Long, Configuration> before = leader.disk().visible().configuration();
    if (entry.term() != core.term()
        || before == null && leader.disk().visible().base().index() == 0) {
      return;
    }
    require(
        core.termAt(core.commitIndex()) == core.term(),
        "member %d changes members in term %d before it has committed anything in it",
        leader.id,
        core.term());
    require(
        before == null || before.getKey() <= core.commitIndex(),
        "member %d changes members while index %s is not committed",
        leader.id,
        before);
    long commit = core.commitIndex();
    Configuration next = ConfigEntry.decode(entry.data()).configuration();
    for (long voter : next.voters()) {
      require(
          inForce[(int) leader.id].isVoter(voter) || disk(voter).lastIndex() * 10 >= commit * 9,
          "member %d gives a vote to %d, whose log ends at %d of %d",
          leader.id,
          voter,
          disk(voter).lastIndex(),
          commit);
    }
  }

  /** State Machine Safety: every member applies the same entry at an index. */
  void applied(SimNode node, Entry entry) {
    int at = (int) entry.index() - 1;
    if (at < committed.size()) {
      require(
          committed.get(at).term() == entry.term()
              && committedHash.get(at) == Registers.mix(0, entry),
          "member %d applies %s where %s was applied before",
          node.id,
          entry,
          committed.get(at));
      return;
    }
    require(
        at == committed.size(),
        "member %d applies %s ahead of index %d",
        node.id,
        entry,
        committed.size());
    committed.add(entry);
    committedHash.add(Registers.mix(0, entry));
    replay.apply(entry);
    replayHash.add(replay.hash());
  }

  /**
   * A member's log was cut or begins anew, or the member starts with it: what is gone was
   * committed, and the state holds it durably.
   */
  void based(SimNode node) {
    LogPosition base = node.disk().visible().base();
    require(
        base.index() == 0
            || base.index() <= committed.size()
                && committed.get((int) base.index() - 1).position().equals(base),
        "the log of member %d begins after %s, which was never applied",
        node.id,
        base);
    require(
        base.index() <= node.machine().durable().index(),
        "the log of member %d begins after %s, but its state is durable only up to %s",
        node.id,
        base,
        node.machine().durable());
  }

  /** A snapshot is the state at its position, and never takes anything back. */
  void installed(SimNode node, SimMachine.Snapshot snapshot) {
    LogPosition position = snapshot.position();
    require(
        position.index() > node.machine().applied().index(),
        "member %d installs a snapshot at %s over a state at %s",
        node.id,
        position,
        node.machine().applied());
    require(
        position.index() <= committed.size()
            && committed.get((int) position.index() - 1).position().equals(position)
            && replayHash.get((int) position.index() - 1) == snapshot.hash(),
        "member %d installs a snapshot at %s, which is not what the log leads to there",
        node.id,
        position);
  }

  /** Votes and acknowledgements are promises that the sender's disk already keeps. */
  void sent(SimNode node, Message message) {
    switch (message.kind()) {
      case VOTE_REQUEST -> {
        Message.VoteRequest request = (Message.VoteRequest) message;
        if (!request.preVote()) {
          requireVote(node, request.term(), node.id);
        }
      }
      case VOTE_RESPONSE -> {
        Message.VoteResponse response = (Message.VoteResponse) message;
        if (response.granted() && !response.preVote()) {
          requireVote(node, response.term(), response.to());
        }
      }
      case APPEND_RESPONSE -> {
        Message.AppendResponse response = (Message.AppendResponse) message;
        if (response.success()) {
          requireAcknowledged(node, response);
        }
        require(
            node.disk().hardState().term() >= response.term(),
            "member %d answers in term %d, but its disk says %d",
            node.id,
            response.term(),
            node.disk().hardState().term());
      }
      case TIMEOUT_NOW ->
          require(
              nodes.get((int) message.to() - 1).disk().holds(node.core().lastPosition()),
              "member %d hands over to %d, whose disk does not hold %s",
              node.id,
              message.to(),
              node.core().lastPosition());
      case APPEND_REQUEST, PROPOSAL_FORWARD, READ_INDEX_REQUEST, READ_INDEX_RESPONSE -> {}
    }
  }

  /** The disk holds everything acknowledged, and it is what the leader of that term has there. */
  private void requireAcknowledged(SimNode node, Message.AppendResponse response) {
    long match = response.matchIndex();
    require(
        match <= node.disk().lastIndex(),
        "member %d acknowledges index %d with %d on its disk",
        node.id,
        match,
        node.disk().lastIndex());
    SimNode leader = nodes.get((int) response.to() - 1);
    boolean leads =
        leader.isUp()
            && leader.core().role() == Role.LEADER
            && leader.core().term() == response.term();
    if (leads && match > 0) {
      require(
          match <= leader.core().lastIndex()
              && node.disk().holds(new LogPosition(termAt(leader.core(), match), match)),
          "member %d acknowledges index %d to leader %d, which has something else there",
          node.id,
          match,
          leader.id);
    }
  }

  /** A leader's term at an index; what it has cut away is committed. */
  private long termAt(RaftCore leader, long index) {
    return index < leader.base().index()
        ? committed.get((int) index - 1).term()
        : leader.termAt(index);
  }

  private void requireVote(SimNode node, long term, long candidate) {
    Long before = votes.putIfAbsent(new VoteKey(node.id, term), candidate);
    require(
        before == null || before == candidate,
        "member %d votes for %d in term %d after having voted for %d",
        node.id,
        candidate,
        term,
        before);
    require(
        node.disk().hardState().term() > term
            || node.disk().hardState().term() == term
                && node.disk().hardState().vote() == candidate,
        "member %d tells of its vote for %d in term %d before its disk holds it",
        node.id,
        candidate,
        term);
  }

  /** A confirmed read sees everything that anybody knew to be committed when it was asked for. */
  void readReady(SimNode node, long index, long committedWhenAsked) {
    require(
        index >= committedWhenAsked,
        "member %d lets a read go at index %d, asked for when %d was committed",
        node.id,
        index,
        committedWhenAsked);
  }

  private static void require(boolean holds, String message, Object... args) {
    if (!holds) {
      throw new SimFailure(String.format(message, args));
    }
  }
}
