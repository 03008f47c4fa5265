package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.core.SnapshotRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries snapshots, badly: a transfer takes time, breaks and goes on, is given up, arrives late,
 * twice, or without its sender learning of it. What arrives is whole, as checksums see to that.
 */
final class Shipping {
  /** A snapshot that has arrived. */
  record Shipment(long from, long term, SimMachine.Snapshot snapshot) {}

  private static final int ATTEMPTS = 5;
  private static final int LATE_MILLIS = 4_000;
  private static final int ANSWER_MILLIS = 1_000;

  /** Other transfers may go first; by then the state is a later one, perhaps of a later term. */
  private static final int QUEUE_MILLIS = 800;

  private final World world;
  private final SimNetwork network;
  private final List<SimNode> nodes;
  private final SimOptions.Snapshots options;
  private final List<Transfer> underWay = new ArrayList<>();

  Shipping(World world, SimNetwork network, List<SimNode> nodes) {
    this.world = world;
    this.network = network;
    this.nodes = nodes;
    this.options = world.options.snapshots();
  }

  /** Owes the member one {@link Input.SnapshotShipped}, whatever comes of it. */
  void ship(SimNode from, SnapshotRequest request) {
    world.counters.snapshotsAsked++;
    boolean queues = world.faults && world.chance(options.latePercent());
    from.inThisLife(
        1 + world.draw(queues ? QUEUE_MILLIS : options.maxChunkMillis()),
        () -> from.whenProcessRuns(() -> begin(from, request)));
  }

  private void begin(SimNode from, SnapshotRequest request) {
    if (!from.isUp()) {
      return;
    }
    try {
      Shipment shipment = new Shipment(from.id, request.term(), from.machine().checkpoint());
      world.note("ship", from.id, request.to(), shipment.snapshot().position().index());
      Transfer transfer = new Transfer(from, request.to(), shipment);
      underWay.add(transfer);
      transfer.next();
    } catch (IOException e) {
      from.failed(e);
    }
  }

  /** Whether nothing is under way any more, as far as the senders that still live know. */
  boolean isIdle() {
    underWay.removeIf(each -> each.over || !each.from.isUp() || each.bornIn != each.from.life());
    return underWay.isEmpty();
  }

  private final class Transfer {
    private final SimNode from;
    private final int bornIn;
    private final long to;
    private final Shipment shipment;
    private int chunks = 1 + world.draw(options.maxChunks());
    private int fruitless;
    private boolean over;

    Transfer(SimNode from, long to, Shipment shipment) {
      this.from = from;
      this.bornIn = from.life();
      this.to = to;
      this.shipment = shipment;
    }

    /** One piece after the other; what was received stays received when the connection breaks. */
    void next() {
      from.inThisLife(
          1 + world.draw(world.faults ? options.maxChunkMillis() : 3),
          () -> from.whenProcessRuns(this::step));
    }

    private void step() {
      SimNode receiver = nodes.get((int) to - 1);
      boolean connected =
          receiver.isUp() && network.connected(from.id, to) && network.connected(to, from.id);
      if (!connected || world.faults && world.chance(options.breakPercent())) {
        world.counters.brokenTransfers++;
        if (++fruitless >= ATTEMPTS) {
          finish(false);
        } else {
          next();
        }
      } else if (--chunks > 0) {
        fruitless = 0;
        next();
      } else {
        arrive(receiver);
      }
    }

    private void arrive(SimNode receiver) {
      if (world.faults && world.chance(options.latePercent())) {
        world.counters.lateSnapshots++;
        world.after(
            world.random.nextInt(LATE_MILLIS), () -> receiver.received(shipment, installed -> {}));
        if (world.random.nextBoolean()) {
          finish(false);
          return;
        }
      }
      receiver.received(
          shipment,
          taken -> {
            if (network.connected(to, from.id)) {
              from.inThisLife(1, () -> finish(taken));
            }
          });
      from.inThisLife(ANSWER_MILLIS, () -> finish(false));
    }

    private void finish(boolean arrived) {
      if (over) {
        return;
      }
      over = true;
      world.note("shipped", from.id, to, arrived ? "arrived" : "failed");
      from.whenLoopRuns(
          false,
          () ->
              from.step(
                  new Input.SnapshotShipped(to, arrived ? shipment.snapshot().position() : null)));
    }
  }
}
