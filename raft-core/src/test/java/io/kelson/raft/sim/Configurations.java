package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/** Who the members are, as seen from above, and what must hold whenever they change. */
final class Configurations {
  private final List<SimNode> nodes;

  /** What each member took for the configuration in force after its last step. */
  private final Configuration[] inForce = new Configuration[SimNetwork.MAX_ID + 1];

  /** Those that are committed, by index; the one of the beginning stands at 0. */
  private final TreeMap<Long, Configuration> committed = new TreeMap<>();

  private final Set<Long> everMembers = new HashSet<>();

  /** Those who had a vote by what they took for the configuration in force at some time. */
  private final Set<Long> everVoters = new HashSet<>();

  private Consumer<Configuration> onCommitted = configuration -> {};

  /**
   * @param nodes filled by the caller, in the order of their ids
   */
  Configurations(List<SimNode> nodes, Configuration founders) {
    this.nodes = nodes;
    committed.put(0L, founders);
    everMembers.addAll(founders.members());
  }

  /** Somebody wants to know of each as it is committed. */
  void onCommitted(Consumer<Configuration> listener) {
    onCommitted = listener;
  }

  /** The newest one that is committed. */
  Configuration newest() {
    return committed.lastEntry().getValue();
  }

  /** The index of its entry. */
  long newestIndex() {
    return committed.lastKey();
  }

  /** What a member goes by once it is up: the latest in its log, else the one of its beginning. */
  Configuration inForce(SimNode node) {
    LogImage log = node.disk().visible();
    Map.Entry<Long, Configuration> latest = log.configuration();
    return (latest == null ? committed.floorEntry(log.base().index()) : latest).getValue();
  }

  /** Whether any that was committed has had this member. */
  boolean wasMember(long id) {
    return everMembers.contains(id);
  }

  /** A member came back. */
  void restarted(SimNode node) {
    inForce[(int) node.id] = node.core().configuration();
  }

  /** After every step of a member. */
  void afterStep(SimNode node) {
    requireLatest(node);
    inForce[(int) node.id] = node.core().configuration();
    if (node.core().configuration().isVoter(node.id)) {
      everVoters.add(node.id);
    }
  }

  /** In force is the latest configuration in the log, whatever the log has gone through. */
  private void requireLatest(SimNode node) {
    RaftCore core = node.core();
    if (core.isInstalling()) {
      return;
    }
    LogImage log = node.disk().visible();
    Map.Entry<Long, Configuration> latest = log.configuration();
    if (latest == null) {
      latest = committed.floorEntry(log.base().index());
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

  /** What lies in (before, upTo] of this member's log is committed now. */
  void committed(SimNode node, long before, long upTo) {
    for (Entry entry : node.disk().read(before + 1, upTo + 1)) {
      if (entry.type() == EntryType.CONFIG) {
        Configuration configuration = ConfigEntry.decode(entry.data()).configuration();
        committed.put(entry.index(), configuration);
        everMembers.addAll(configuration.members());
        onCommitted.accept(configuration);
      }
    }
  }

  /**
   * What a member has just decided needs a majority, in a joint configuration of both sets. That is
   * the configuration before its step: what came into force by the decision had no part in it.
   */
  void requireMajority(SimNode decider, LongPredicate agrees, String message, Object what) {
    Configuration configuration = inForce[(int) decider.id];
    for (List<Long> half : List.of(configuration.voters(), configuration.outgoing())) {
      long count = half.stream().filter(agrees::test).count();
      require(half.isEmpty() || count > half.size() / 2, message, decider.id, what, count, half);
    }
  }

  /**
   * Members change one step after the other, only once the leader knows that its predecessors'
   * steps are settled (thesis, chapter 4, and the correction to it), and those who get a vote have
   * the log.
   */
  void requireChangeAllowed(SimNode leader, Entry entry) {
    RaftCore core = leader.core();
    LogImage log = leader.disk().visible();
    Map.Entry<Long, Configuration> before = log.configuration();
    boolean first = before == null && committed.floorKey(log.base().index()) == 0;
    if (entry.term() != core.term() || first) {
      // The first leader of a cluster puts the configuration of the beginning into the log.
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
    for (long voter : ConfigEntry.decode(entry.data()).configuration().voters()) {
      long last = nodes.get((int) voter - 1).disk().lastIndex();
      require(
          inForce[(int) leader.id].isVoter(voter) || last * 10 >= commit * 9,
          "member %d gives a vote to %d, whose log ends at %d of %d",
          leader.id,
          voter,
          last,
          commit);
    }
  }

  /**
   * Nobody campaigns who has never had a vote; what gave it may have been taken back while a slow
   * disk held the requests.
   */
  void requireOnceVoter(SimNode node) {
    require(
        node.core().configuration().isVoter(node.id)
            || everVoters.contains(node.id)
            || committed.values().stream().anyMatch(each -> each.isVoter(node.id)),
        "member %d asks for votes and never had one",
        node.id);
  }

  private static void require(boolean holds, String message, Object... args) {
    if (!holds) {
      throw new SimFailure(String.format(message, args));
    }
  }
}
