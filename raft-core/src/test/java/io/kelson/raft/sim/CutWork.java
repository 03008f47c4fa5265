package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * What a member's log cutter does: asks the state machine how far it is durable, making it so now
 * and then, and cuts the log where the core allows. One task at a time, since both wait for the
 * disk.
 */
final class CutWork {
  private interface Task {
    void run() throws IOException;
  }

  private final SimNode node;
  private final World world;
  private final Invariants invariants;
  private final SimOptions.Snapshots options;
  private final ArrayDeque<Task> queue = new ArrayDeque<>();
  private LogPosition durable = LogPosition.ZERO;
  private boolean busy;
  private int ticks;

  CutWork(SimNode node, World world, Invariants invariants) {
    this.node = node;
    this.world = world;
    this.invariants = invariants;
    this.options = world.options.snapshots();
  }

  /** The member died. */
  void stop() {
    queue.clear();
    busy = false;
    durable = LogPosition.ZERO;
  }

  /** Every now and then, once enough entries have been applied to be worth it. */
  void tick() {
    ticks++;
    long applied = node.core().appliedIndex();
    if (options.everyEntries() > 0
        && ticks % options.ticksBetweenCuts() == 0
        && applied - node.core().base().index() >= options.everyEntries() + options.keepEntries()) {
      boolean mayFlush = ticks % options.ticksBetweenFlushes() == 0;
      submit(() -> consider(applied, mayFlush));
    }
  }

  private void consider(long applied, boolean mayFlush) throws IOException {
    durable = mayFlush ? node.machine().flush() : node.machine().durable();
    long index = Math.min(durable.index(), applied - options.keepEntries());
    if (index > node.disk().visible().base().index()) {
      node.whenLoopRuns(false, () -> node.step(new Input.Compact(index)));
    }
  }

  /** Cuts the log, as the core allows. */
  void cut(LogPosition upTo) {
    submit(
        () -> {
          if (upTo.index() > durable.index()) {
            throw new SimFailure(
                "member %d was to cut its log at %s, with its state durable up to %s"
                    .formatted(node.id, upTo, durable));
          }
          node.log().cut(upTo);
          world.counters.cuts++;
          world.note("cut log", node.id, upTo.index());
          invariants.based(node);
        });
  }

  private void submit(Task task) {
    queue.add(task);
    next();
  }

  private void next() {
    if (busy || queue.isEmpty()) {
      return;
    }
    busy = true;
    node.inThisLife(
        world.draw(world.options.maxSyncMillis()), () -> node.whenProcessRuns(this::runOne));
  }

  private void runOne() {
    if (!node.isUp()) {
      return;
    }
    busy = false;
    try {
      queue.remove().run();
    } catch (IOException e) {
      node.failed(e);
      return;
    }
    next();
  }
}
