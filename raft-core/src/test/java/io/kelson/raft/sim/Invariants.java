package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

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

  private final Configurations configurations;
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
  Invariants(List<SimNode> nodes, Configurations configurations) {
    this.nodes = nodes;
    this.configurations = configurations;
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
        configurations.requireMajority(
            node,
            id -> hasVotedFor(id, node),
            "member %d leads term %d with the votes of %d of %s",
            core.term());
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
      configurations.committed(node, before, maxCommitSeen);
    }
    configurations.afterStep(node);
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
    configurations.restarted(node);
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
    configurations.requireMajority(
        node,
        id -> disk(id).holds(position),
        "member %d commits %s, which only %d of %s hold on disk",
        entry.get(0));
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
        configurations.requireChangeAllowed(node, entry);
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

  /**
   * A member's log is to begin anew: where it holds the snapshot's last entry, what follows may be
   * acknowledged and stays (figure 13 of the paper's extended version, step 6).
   */
  void replacesLog(SimNode node, LogPosition position) {
    require(
        !node.disk().visible().holds(position),
        "member %d throws away a log that holds the last entry of the snapshot, %s",
        node.id,
        position);
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
        // What a slow disk has held back since an earlier term says nothing of the present.
        if (request.preVote() || request.term() == node.core().term()) {
          configurations.requireOnceVoter(node);
        }
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
        node.disk().hasReached(match),
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
              && node.disk().hasHeld(new LogPosition(termAt(leader.core(), match), match)),
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
