package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Members that come and go: what an operator asks for, and disks that are lost with everything on
 * them, after which the operator removes that member and adds another one. No id is used twice.
 */
final class Churn {
  private static final int MAX_MEMBERS = 7;
  private static final int MAX_EVER = 40;
  private static final int LINGER_MILLIS = 3_000;

  private final Simulation in;
  private final World world;
  private final List<SimNode> nodes;

  Churn(Simulation in) {
    this.in = in;
    this.world = in.world;
    this.nodes = in.nodes;
  }

  // ---- what is asked for

  /** One change, asked of the leader, and now and then of somebody else. */
  void change() {
    SimNode node = in.leader();
    if (node == null || world.random.nextInt(16) == 0) {
      node = nodes.get(world.random.nextInt(nodes.size()));
    }
    if (node.isAwake()) {
      ask(node);
    }
  }

  private void ask(SimNode node) {
    Configuration now = node.core().configuration();
    List<Long> voters = new ArrayList<>(now.voters());
    List<Long> learners = new ArrayList<>(now.learners());
    learners.addAll(now.learnersNext());
    if (!removeLost(voters, learners)) {
      draw(node.id, voters, learners);
    }
    send(node, voters, learners);
  }

  /** The only right answer to a lost disk: that member never comes back. */
  private boolean removeLost(List<Long> voters, List<Long> learners) {
    boolean lost = voters.removeIf(this::isGone) | learners.removeIf(this::isGone);
    if (lost && world.random.nextBoolean() && voters.size() + learners.size() < MAX_MEMBERS) {
      add(voters, learners);
    }
    return lost;
  }

  private void draw(long asked, List<Long> voters, List<Long> learners) {
    boolean few = voters.size() < world.options.voters();
    int what =
        few && world.random.nextBoolean() ? world.random.nextInt(5) : world.random.nextInt(12);
    switch (what) {
      case 0, 1, 2 -> {
        if (!learners.isEmpty()) {
          voters.add(take(learners));
        } else if (voters.size() < MAX_MEMBERS) {
          add(voters, learners);
        }
      }
      case 3, 4 -> {
        if (voters.size() + learners.size() < MAX_MEMBERS) {
          add(voters, learners);
        }
      }
      case 5 -> take(voters);
      case 6 -> voters.remove(asked);
      case 7 -> {
        if (!learners.isEmpty()) {
          take(learners);
        }
      }
      case 8, 9 -> replace(voters, learners);
      default -> shuffle(voters, learners);
    }
  }

  /** One voter out, another in, in one change. */
  private void replace(List<Long> voters, List<Long> learners) {
    if (learners.isEmpty()) {
      return;
    }
    long gained = take(learners);
    long lost = take(voters);
    voters.add(gained);
    if (world.random.nextBoolean()) {
      learners.add(lost);
    }
  }

  /** Anything: every member may go, stay, gain or lose its vote. */
  private void shuffle(List<Long> voters, List<Long> learners) {
    List<Long> all = new ArrayList<>(voters);
    all.addAll(learners);
    voters.clear();
    learners.clear();
    for (long id : all) {
      switch (world.random.nextInt(5)) {
        case 0 -> {}
        case 1 -> learners.add(id);
        default -> voters.add(id);
      }
    }
    if (all.size() < MAX_MEMBERS && world.random.nextBoolean()) {
      add(voters, learners);
    }
  }

  private long take(List<Long> ids) {
    return ids.remove(world.random.nextInt(ids.size()));
  }

  private void add(List<Long> voters, List<Long> learners) {
    long id = newcomer();
    // One that was asked for in vain is asked for again; here that may not be in vain any more.
    if (id != 0 && !voters.contains(id) && !learners.contains(id)) {
      learners.add(id);
    }
  }

  private void send(SimNode node, List<Long> voters, List<Long> learners) {
    if (voters.isEmpty() || !isLeft(voters, 0)) {
      return;
    }
    long id = in.clients.newId();
    ConfigurationChange target = new ConfigurationChange(voters, learners);
    world.note("change", node.id, id, target.toString());
    byte[] context = ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    node.step(new Input.ChangeConfiguration(id, target, context));
  }

  // ---- who comes

  /** A member that nobody has had before, which starts soon; 0 if there were too many. */
  private long newcomer() {
    for (SimNode node : nodes) {
      boolean waiting = !node.isGone() && !in.configurations.wasMember(node.id);
      if (waiting && world.random.nextBoolean()) {
        return node.id;
      }
    }
    if (nodes.size() >= MAX_EVER) {
      return 0;
    }
    SimNode like = nodes.get(world.random.nextInt(nodes.size()));
    SimNode node = in.addNode(in.configurations.newest());
    in.network.placeLike(node.id, like.id);
    world.after(
        world.random.nextInt(200),
        () -> {
          if (!node.isUp() && !node.isGone()) {
            node.start();
          }
        });
    return node.id;
  }

  // ---- who goes

  private boolean isGone(long id) {
    return nodes.get((int) id - 1).isGone();
  }

  /** Whoever was removed, and cannot be needed any more, may run on for a while. */
  void configurationCommitted(Configuration configuration) {
    world.counters.changes++;
    if (configuration.isJoint()) {
      return;
    }
    for (SimNode node : nodes) {
      boolean removed =
          in.configurations.wasMember(node.id) && !configuration.members().contains(node.id);
      if (removed && !node.isGone()) {
        world.after(
            world.random.nextInt(LINGER_MILLIS),
            () -> {
              // In the end it stays, to see that it disturbs nobody.
              if (world.faults && !node.isGone()) {
                node.leave("removed");
              }
            });
      }
    }
  }

  /** A disk is lost with all that is on it, unless too few would be left to decide anything. */
  void wipe() {
    SimNode node = nodes.get(world.random.nextInt(nodes.size()));
    if (!node.isGone() && in.configurations.wasMember(node.id) && canLose(node)) {
      world.counters.wipes++;
      node.leave("its disk is lost");
    }
  }

  /** Whether enough members with a disk that was not harmed are left without this one. */
  boolean canLose(SimNode node) {
    return in.relevantConfigurations().stream().allMatch(c -> survives(c, node.id));
  }

  private boolean survives(Configuration configuration, long without) {
    return isLeft(configuration.voters(), without) && isLeft(configuration.outgoing(), without);
  }

  private boolean isSound(long id) {
    return !isGone(id) && !nodes.get((int) id - 1).log().harmed();
  }

  private boolean isLeft(List<Long> voters, long without) {
    long left = voters.stream().filter(id -> id != without && isSound(id)).count();
    return voters.isEmpty() || left > voters.size() / 2;
  }

  // ---- afterwards

  /**
   * Whether the members are as they shall be: the leader's configuration is committed, and all in
   * it are there. Asks for what is missing.
   */
  boolean settled() {
    SimNode leader = in.leader();
    if (leader == null) {
      return false;
    }
    RaftCore core = leader.core();
    if (core.configuration().isJoint() || core.configIndex() > core.commitIndex()) {
      return false;
    }
    List<Long> voters = new ArrayList<>(core.configuration().voters());
    List<Long> learners = new ArrayList<>(core.configuration().learners());
    if (voters.removeIf(this::isGone) | learners.removeIf(this::isGone)) {
      send(leader, voters, learners);
      return false;
    }
    return voters.contains(leader.id);
  }
}
