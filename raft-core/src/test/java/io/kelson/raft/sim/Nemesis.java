package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.log.Damage;
import java.util.List;

/** Whatever goes wrong by itself, and whoever asks for something, at the rates of the options. */
final class Nemesis {
  private static final int STALL_MILLIS = 10_000;

  private final World world;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final Clients clients;
  private final Churn churn;

  Nemesis(Simulation in) {
    this.world = in.world;
    this.network = in.network;
    this.nodes = in.nodes;
    this.clients = in.clients;
    this.churn = in.churn;
  }

  void begin() {
    SimOptions options = world.options;
    repeat(options.proposalsPerSecond(), this::write);
    repeat(options.readsPerSecond(), this::read);
    repeat(options.crashesPerSecond(), this::crash);
    repeat(options.partitionsPerSecond(), this::reshape);
    repeat(options.pausesPerSecond(), this::pause);
    repeat(options.transfersPerSecond(), this::transfer);
    repeat(options.churn().changesPerSecond(), churn::change);
    repeat(options.churn().wipesPerSecond(), churn::wipe);
    repeat(options.flapsPerSecond(), this::flap);
    repeat(options.stallsPerSecond(), this::stall);
    repeat(options.rumoursPerSecond(), this::rumour);
    repeat(options.siegesPerSecond(), new Siege(world, network, nodes, clients)::lay);
    if (options.realLog()) {
      repeat(options.diskErrorsPerSecond(), this::failDisk);
      repeat(options.damagesPerSecond(), this::damage);
    }
  }

  private void repeat(int perSecond, Runnable action) {
    if (perSecond > 0) {
      world.after(
          1 + world.random.nextInt(2_000 / perSecond + 1),
          () -> {
            if (world.faults) {
              action.run();
              repeat(perSecond, action);
            }
          });
    }
  }

  private SimNode someNode() {
    return nodes.get(world.random.nextInt(nodes.size()));
  }

  private void write() {
    SimNode node = someNode();
    if (node.isAwake()) {
      clients.write(node);
    }
  }

  private void read() {
    SimNode node = someNode();
    if (node.isAwake()) {
      clients.read(node);
    }
  }

  /** One member, and now and then all of them at once. */
  private void crash() {
    boolean power = world.random.nextInt(4) > 0;
    if (world.random.nextInt(16) == 0) {
      nodes.stream().filter(SimNode::isUp).forEach(node -> node.crash(power));
      return;
    }
    SimNode node = someNode();
    if (node.isUp()) {
      node.crash(power);
    }
  }

  private void reshape() {
    world.counters.partitions++;
    world.note("network", network.reshape(world.random));
  }

  /** As a transport may report it: true of a member that crashed, false of one it cannot reach. */
  private void rumour() {
    SimNode node = someNode();
    long gone = 1 + world.random.nextInt(nodes.size());
    if (node.isAwake() && gone != node.id) {
      world.counters.rumours++;
      world.note("rumour", node.id, gone);
      node.step(new Input.PeerGone(gone));
    }
  }

  private void pause() {
    SimNode node = someNode();
    if (node.isAwake()) {
      node.pause(20 + world.random.nextInt(600), world.random.nextBoolean());
    }
  }

  private void transfer() {
    SimNode node = someNode();
    if (node.isAwake()) {
      long target = 1 + world.random.nextInt(nodes.size());
      world.counters.transfers++;
      world.note("transfer", node.id, target);
      node.step(new Input.Transfer(target));
    }
  }

  /** A member that comes and goes every few ticks, or that is cut off and heard of again. */
  private void flap() {
    SimNode node = someNode();
    boolean restarts = world.random.nextBoolean();
    world.counters.flaps++;
    world.note("flap", node.id, restarts ? "restarts" : "links");
    flap(node, restarts, 3 + world.random.nextInt(20));
  }

  private void flap(SimNode node, boolean restarts, int times) {
    if (!world.faults || times == 0 || node.isGone()) {
      return;
    }
    if (!restarts) {
      network.flip(node.id);
    } else if (node.isUp()) {
      node.crash(world.random.nextBoolean());
    } else {
      node.start();
    }
    world.after(
        SimOptions.TICK_MILLIS * (1L + world.random.nextInt(8)),
        () -> flap(node, restarts, times - 1));
  }

  private void stall() {
    SimNode node = someNode();
    if (node.isUp()) {
      world.counters.stalls++;
      world.note("stall", node.id);
      node.stall(STALL_MILLIS);
    }
  }

  /** Harms a log, as long as enough members keep a disk that was not. */
  private void damage() {
    SimNode node = someNode();
    if (node.isGone() || !churn.canLose(node)) {
      return;
    }
    Damage.Done done = node.log().damage(world.random, node.isUp());
    if (done != null) {
      world.counters.damages[done.kind().ordinal()]++;
      world.note("damage", node.id, done.toString());
    }
  }

  private void failDisk() {
    SimNode node = someNode();
    if (node.isUp()) {
      node.log().failSoon(world.random);
    }
  }
}
