package io.kelson.server.membership;

import io.kelson.api.EtcdError;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ClusterSettings;
import io.kelson.server.membership.Members.Peer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Says what a change of members leads to, or why it is refused: etcd's rules, with its strict
 * reconfiguration check unless that is switched off. A function of what it is given.
 *
 * <p>For these rules a member that was added as a voter counts as one from then on, as in etcd,
 * although it is given its vote only when it has caught up.
 */
final class ChangePlanner {
  private static final int SHORT_ID_MASK = 0xffff;

  private final long self;
  private final Configuration configuration;
  private final Members now;
  private final Set<Long> started;
  private final Predicate<Long> connected;
  private final ClusterSettings rules;

  /**
   * @param self the leader, who plans
   * @param view a settled one
   * @param started members that have told the cluster their name
   * @param connected whether the leader reaches a member just now
   * @param rules what is let through
   */
  ChangePlanner(
      long self,
      Roster.View view,
      Set<Long> started,
      Predicate<Long> connected,
      ClusterSettings rules) {
    this.self = self;
    this.configuration = view.applied().configuration();
    this.now = view.members();
    this.started = started;
    this.connected = connected;
    this.rules = rules;
  }

  /** What to ask consensus for, and what it means. */
  record Plan(ConfigurationChange target, Members members) {}

  /** Another member, who may vote as soon as it has caught up, or not until it is promoted. */
  Plan add(List<String> peerUrls, boolean isLearner, String token, long unixSeconds)
      throws ChangeRefusedException {
    long id = newId(peerUrls, token, unixSeconds);
    for (Peer peer : now.members()) {
      if (peer.peerUrls().stream().anyMatch(peerUrls::contains)) {
        throw new ChangeRefusedException(EtcdError.PEER_URL_EXISTS);
      }
    }
    if (isLearner && learners() >= rules.maxLearners()) {
      throw new ChangeRefusedException(EtcdError.TOO_MANY_LEARNERS);
    }
    if (!isLearner && rules.strictReconfigCheck()) {
      requireEnoughStartedToAdd();
      int reached = (int) voting().stream().filter(this::isReached).count();
      if (voting().size() > 1 && reached < majority(voting().size() + 1)) {
        throw new ChangeRefusedException(EtcdError.UNHEALTHY);
      }
    }
    List<Peer> members = new ArrayList<>(now.members());
    members.add(new Peer(id, peerUrls, !isLearner));
    List<Long> learners = new ArrayList<>(configuration.learners());
    learners.add(id);
    return plan(configuration.voters(), learners, members, List.of());
  }

  /**
   * As etcd makes it. Seconds are counted on until the id was never used, and differs from all
   * others in the bits that tell the members' requests apart.
   */
  private long newId(List<String> peerUrls, String token, long unixSeconds) {
    for (long seconds = unixSeconds; ; seconds++) {
      long id = MemberIds.addedMemberId(peerUrls, token, seconds);
      boolean taken =
          id == 0
              || now.removed().contains(id)
              || now.members().stream()
                  .anyMatch(peer -> (peer.id() & SHORT_ID_MASK) == (id & SHORT_ID_MASK));
      if (!taken) {
        return id;
      }
    }
  }

  /** Fewer members, for good. */
  Plan remove(long id) throws ChangeRefusedException {
    Peer leaving = require(id);
    List<Peer> voting = voting();
    if (voting.contains(leaving)) {
      requireAnotherVoter(leaving);
    }
    if (voting.contains(leaving) && rules.strictReconfigCheck()) {
      requireEnoughStartedWithout(leaving, voting);
      boolean isDown = !isReached(leaving);
      int reached = (int) voting.stream().filter(this::isReached).count();
      if (!isDown && reached - 1 < majority(voting.size() - 1)) {
        throw new ChangeRefusedException(EtcdError.UNHEALTHY);
      }
    }
    List<Peer> members = now.members().stream().filter(peer -> peer.id() != id).toList();
    return plan(
        without(configuration.voters(), id),
        without(configuration.learners(), id),
        members,
        List.of(leaving));
  }

  /** A vote for a learner. */
  Plan promote(long id) throws ChangeRefusedException {
    Peer learner = require(id);
    if (voting().contains(learner)) {
      throw new ChangeRefusedException(EtcdError.NOT_A_LEARNER);
    }
    List<Peer> after = new ArrayList<>(voting());
    after.add(learner);
    // A learner that is in sync has started, whether or not it has said its name yet.
    int ready = (int) after.stream().filter(p -> p.id() == id || isStarted(p)).count();
    if (rules.strictReconfigCheck() && ready < majority(after.size())) {
      throw new ChangeRefusedException(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }
    return withVote(learner);
  }

  /**
   * The vote that a member was promised when it was added.
   *
   * @return null if it would have the cluster depend on somebody who is away
   */
  Plan keepPromise(Peer caughtUp) {
    long reached =
        configuration.voters().stream().filter(id -> id == self || connected.test(id)).count();
    return connected.test(caughtUp.id())
            && reached + 1 >= majority(configuration.voters().size() + 1)
        ? withVote(caughtUp)
        : null;
  }

  private Plan withVote(Peer learner) {
    List<Long> voters = new ArrayList<>(configuration.voters());
    voters.add(learner.id());
    Peer voter = new Peer(learner.id(), learner.peerUrls(), false);
    List<Peer> members = now.members().stream().map(p -> p.equals(learner) ? voter : p).toList();
    return plan(voters, without(configuration.learners(), learner.id()), members, List.of());
  }

  /** Other peer URLs for a member. */
  Plan update(long id, List<String> peerUrls) throws ChangeRefusedException {
    Peer before = require(id);
    for (Peer peer : now.members()) {
      if (peer.id() != id && peer.peerUrls().stream().anyMatch(peerUrls::contains)) {
        throw new ChangeRefusedException(EtcdError.PEER_URL_EXISTS);
      }
    }
    Peer after = new Peer(id, peerUrls, before.becomesVoter());
    List<Peer> members = now.members().stream().map(p -> p.id() == id ? after : p).toList();
    return plan(configuration.voters(), configuration.learners(), members, List.of());
  }

  private Plan plan(
      List<Long> voters, List<Long> learners, List<Peer> members, List<Peer> leaving) {
    Set<Long> removed = new HashSet<>(now.removed());
    leaving.forEach(peer -> removed.add(peer.id()));
    return new Plan(
        new ConfigurationChange(voters, learners), new Members(members, leaving, removed, 0));
  }

  private Peer require(long id) throws ChangeRefusedException {
    return now.find(id).orElseThrow(() -> new ChangeRefusedException(EtcdError.MEMBER_NOT_FOUND));
  }

  /** A cluster of one may always grow: there is nobody else who could be missing. */
  private void requireEnoughStartedToAdd() throws ChangeRefusedException {
    List<Peer> voting = voting();
    long running = voting.stream().filter(this::isStarted).count();
    boolean isSecond = voting.size() == 1 && running == 1;
    if (!isSecond && running < majority(voting.size() + 1)) {
      throw new ChangeRefusedException(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }
  }

  private void requireEnoughStartedWithout(Peer leaving, List<Peer> voting)
      throws ChangeRefusedException {
    long running = voting.stream().filter(p -> !p.equals(leaving) && isStarted(p)).count();
    if (running < majority(voting.size() - 1)) {
      throw new ChangeRefusedException(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }
  }

  /** Whatever the rules: without a voter there would be no cluster. */
  private void requireAnotherVoter(Peer leaving) throws ChangeRefusedException {
    if (configuration.voters().stream().noneMatch(id -> id != leaving.id())) {
      throw new ChangeRefusedException(EtcdError.NOT_ENOUGH_STARTED_MEMBERS);
    }
  }

  private List<Peer> voting() {
    return now.members().stream()
        .filter(p -> p.becomesVoter() || configuration.voters().contains(p.id()))
        .toList();
  }

  private int learners() {
    return now.members().size() - voting().size();
  }

  private boolean isStarted(Peer peer) {
    return peer.id() == self || started.contains(peer.id());
  }

  private boolean isReached(Peer peer) {
    return peer.id() == self || connected.test(peer.id());
  }

  private static int majority(int members) {
    return members / 2 + 1;
  }

  private static List<Long> without(List<Long> ids, long id) {
    return ids.stream().filter(other -> other != id).toList();
  }
}
