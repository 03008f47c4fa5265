package io.kelson.server.membership;

import io.kelson.raft.membership.ConfigEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who the members are: in force, which may still be taken back, and applied, which may not.
 *
 * <p>Addresses are kept of everybody who was ever heard of, until an applied configuration says
 * that he left: a member that catches up goes through configurations long past, and must not lose
 * sight of those who send them to it. As ids are never taken again, leaving is for good.
 * Thread-safe.
 */
public final class Roster {
  /** Hears of changes; called with the roster locked, so in order. Must return at once. */
  public interface Listener {
    /** Other members have to be reached, or at other addresses. */
    void peersChanged(Map<Long, List<String>> peerUrls, Set<Long> removed);

    /** A configuration was applied; {@code changeId} is its number. */
    void changeApplied(long changeId);

    /** This member belongs to the cluster no more. */
    void selfRemoved();
  }

  /**
   * Both configurations at one moment.
   *
   * @param inForce the latest in the log
   * @param applied the latest that is certain
   * @param members what {@code applied} says of its members
   */
  public record View(ConfigEntry inForce, ConfigEntry applied, Members members) {
    /** Whether no change is under way. */
    public boolean isSettled() {
      return inForce.equals(applied) && !applied.configuration().isJoint();
    }

    /** Whether a member is one that stays without a vote until it is promoted. */
    public boolean isLearner(Members.Peer peer) {
      return !peer.becomesVoter()
          && (applied.configuration().learners().contains(peer.id())
              || applied.configuration().learnersNext().contains(peer.id()));
    }
  }

  private final long self;
  private final Members initial;
  private final Listener listener;
  private final Map<Long, List<String>> addresses = new HashMap<>();
  private boolean heardFromNode;
  private volatile View view;
  private volatile boolean isLearner;

  /**
   * A roster as the disk has it.
   *
   * @param self this member
   * @param initial what the cluster began with, or what a member that joins was told; also says who
   *     the members are if a configuration has no context
   * @param applied the newest one that the state holds, or {@code initial}
   */
  public Roster(long self, ConfigEntry initial, ConfigEntry applied, Listener listener) {
    this.self = self;
    this.initial = Members.decode(initial.context());
    this.listener = listener;
    this.view = new View(applied, applied, membersOf(applied));
    this.isLearner = isLearnerIn(view);
    learn(initial);
    learn(applied);
  }

  /** Who belongs to the cluster just now. */
  public View view() {
    return view;
  }

  /**
   * Whether this member is a learner, by the applied configuration. Costs no more than looking at a
   * field, so every call may ask.
   */
  public boolean isLearner() {
    return isLearner;
  }

  /** The applied configuration, with a context in any case. */
  public ConfigEntry certain() {
    View now = view;
    return now.applied().context().length > 0
        ? now.applied()
        : new ConfigEntry(now.applied().configuration(), now.members().encode());
  }

  /** Addresses of all others. */
  public synchronized Map<Long, List<String>> peerUrls() {
    Map<Long, List<String>> others = new HashMap<>(addresses);
    others.remove(self);
    if (!view.applied().configuration().isJoint()) {
      others.keySet().removeAll(view.members().removed());
    }
    return others;
  }

  /** The node has started with this configuration, unless it named a newer one before. */
  public synchronized void startedWith(ConfigEntry config) {
    if (!heardFromNode) {
      inForce(config);
    }
    announce();
  }

  /** Another configuration is in force. */
  public synchronized void inForce(ConfigEntry config) {
    heardFromNode = true;
    view = new View(config, view.applied(), view.members());
    learn(config);
    announce();
  }

  /** A configuration was applied: it stands in the state and is there to stay. */
  public synchronized void applied(ConfigEntry config) {
    view = new View(view.inForce(), config, membersOf(config));
    isLearner = isLearnerIn(view);
    learn(config);
    announce();
    if (!config.configuration().isJoint()) {
      listener.changeApplied(view.members().changeId());
      if (view.members().removed().contains(self)) {
        listener.selfRemoved();
      }
    }
  }

  /** Configurations from before this member's time, which it applies to catch up, say nothing. */
  private boolean isLearnerIn(View now) {
    return now.members().find(self).map(now::isLearner).orElse(isLearner);
  }

  private void announce() {
    Set<Long> removed =
        view.applied().configuration().isJoint() ? Set.of() : view.members().removed();
    listener.peersChanged(peerUrls(), removed);
  }

  private void learn(ConfigEntry config) {
    membersOf(config).reachable().forEach(peer -> addresses.put(peer.id(), peer.peerUrls()));
  }

  private Members membersOf(ConfigEntry config) {
    return config.context().length == 0 ? initial : Members.decode(config.context());
  }
}
