package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.core.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * An attack on leases: a leader is deposed behind its back while it is read from.
 *
 * <p>First one voter, the rival, stops hearing the leader, so that it campaigns again and again.
 * Then, within a few milliseconds, nothing gets to the leader any more, and something happens to it
 * or to those who have promised not to vote: they are killed and come back at once, they freeze,
 * they are told that the leader has ended, the leader freezes with answers in its mailbox, or hands
 * over. Left to chance these hardly ever meet.
 */
final class Siege {
  private static final int READ_MILLIS = 3;
  private static final int END_MILLIS = 450;

  private final World world;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final Clients clients;

  Siege(World world, SimNetwork network, List<SimNode> nodes, Clients clients) {
    this.world = world;
    this.network = network;
    this.nodes = nodes;
    this.clients = clients;
  }

  void lay() {
    SimNode leader = leader();
    if (leader == null || world.options.voters() < 2) {
      return;
    }
    SimNode rival = otherVoter(leader);
    world.counters.sieges++;
    world.note("siege", leader.id, rival.id);
    if (world.random.nextInt(4) > 0) {
      network.cut(leader.id, rival.id);
    }
    if (world.random.nextBoolean()) {
      network.cut(rival.id, leader.id);
    }
    int starveMillis = world.random.nextInt(3 * world.options.electionTicks() * 10);
    whileFaultsLast(starveMillis, () -> strike(leader, rival));
    whileFaultsLast(starveMillis + END_MILLIS, network::heal);
  }

  private SimNode leader() {
    List<SimNode> leaders = new ArrayList<>();
    for (SimNode node : nodes) {
      if (node.isAwake() && node.core().role() == Role.LEADER) {
        leaders.add(node);
      }
    }
    return leaders.isEmpty() ? null : leaders.get(world.random.nextInt(leaders.size()));
  }

  private SimNode otherVoter(SimNode node) {
    int steps = 1 + world.random.nextInt(world.options.voters() - 1);
    return nodes.get((int) ((node.id - 1 + steps) % world.options.voters()));
  }

  private void strike(SimNode leader, SimNode rival) {
    int cutAfter = world.random.nextInt(10);
    switch (world.random.nextInt(6)) {
      case 0 -> handOver(leader, rival);
      case 1 -> others(leader, rival).forEach(this::restart);
      case 2 -> {
        int millis = 20 + world.random.nextInt(200);
        others(leader, rival).forEach(node -> pause(node, millis));
        cutAfter += millis;
      }
      case 3 -> {
        pause(leader, 100 + world.random.nextInt(250));
        cutAfter = 5 + world.random.nextInt(30);
      }
      case 4 -> {
        int after = cutAfter;
        others(leader, rival).forEach(node -> sayGone(node, leader, after));
      }
      default -> {}
    }
    whileFaultsLast(cutAfter, () -> cutOff(leader));
    readOften(leader, world.now() + END_MILLIS);
  }

  private List<SimNode> others(SimNode leader, SimNode rival) {
    return nodes.stream().filter(node -> node != leader && node != rival).toList();
  }

  private void handOver(SimNode leader, SimNode rival) {
    if (leader.isAwake()) {
      world.note("transfer", leader.id, rival.id);
      leader.step(new Input.Transfer(rival.id));
    }
  }

  private void restart(SimNode node) {
    whileFaultsLast(
        world.random.nextInt(15),
        () -> {
          if (node.isUp()) {
            node.crash(false);
            world.after(
                world.random.nextInt(10),
                () -> {
                  if (!node.isUp() && !node.isGone()) {
                    node.start();
                  }
                });
          }
        });
  }

  private void pause(SimNode node, int millis) {
    if (node.isAwake()) {
      node.pause(millis, world.random.nextBoolean());
    }
  }

  /** Whoever has just heard the leader is told that it has ended. */
  private void sayGone(SimNode node, SimNode leader, int afterMillis) {
    if (world.options.rumoursPerSecond() == 0) {
      return;
    }
    whileFaultsLast(
        afterMillis + world.random.nextInt(15),
        () -> {
          if (node.isAwake()) {
            world.counters.rumours++;
            world.note("rumour", node.id, leader.id);
            node.step(new Input.PeerGone(leader.id));
          }
        });
  }

  /** Nobody gets through to the leader, but for one voter at times; it may be heard or not. */
  private void cutOff(SimNode leader) {
    SimNode companion = world.random.nextBoolean() ? otherVoter(leader) : leader;
    boolean heard = world.random.nextInt(4) == 0;
    for (SimNode other : nodes) {
      if (other != leader && other != companion) {
        network.cut(other.id, leader.id);
        if (!heard) {
          network.cut(leader.id, other.id);
        }
      }
    }
  }

  private void readOften(SimNode node, long end) {
    if (world.now() < end) {
      if (node.isAwake() && node.core().role() == Role.LEADER) {
        clients.read(node);
      }
      whileFaultsLast(READ_MILLIS, () -> readOften(node, end));
    }
  }

  private void whileFaultsLast(int millis, Runnable action) {
    world.after(
        millis,
        () -> {
          if (world.faults) {
            action.run();
          }
        });
  }
}
