package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import java.util.List;

/** Whatever goes wrong by itself, and whoever asks for something, at the rates of the options. */
final class Nemesis {
  private final World world;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final Clients clients;

  Nemesis(World world, SimNetwork network, List<SimNode> nodes, Clients clients) {
    this.world = world;
    this.network = network;
    this.nodes = nodes;
    this.clients = clients;
  }

  void begin() {
    SimOptions options = world.options;
    repeat(options.proposalsPerSecond(), this::write);
    repeat(options.readsPerSecond(), this::read);
    repeat(options.crashesPerSecond(), this::crash);
    repeat(options.partitionsPerSecond(), this::reshape);
    repeat(options.pausesPerSecond(), this::pause);
    repeat(options.transfersPerSecond(), this::transfer);
    if (options.realLog()) {
      repeat(options.diskErrorsPerSecond(), this::failDisk);
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

  private void pause() {
    SimNode node = someNode();
    if (node.isAwake()) {
      node.pause(20 + world.random.nextInt(600), world.random.nextBoolean());
    }
  }

  private void transfer() {
    SimNode node = someNode();
    if (node.isAwake()) {
      long target = 1 + world.random.nextInt(world.options.nodes());
      world.counters.transfers++;
      world.note("transfer", node.id, target);
      node.step(new Input.Transfer(target));
    }
  }

  private void failDisk() {
    SimNode node = someNode();
    if (node.isUp()) {
      node.log().failSoon(world.random);
    }
  }
}
