package io.kelson.raft.sim;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.Input;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;

/** What a member's apply thread does. */
final class ApplyWork {
  private interface Work {
    void run() throws IOException;
  }

  private final SimNode node;
  private final World world;
  private final Invariants invariants;
  private final Clients clients;
  private final ArrayDeque<Work> queue = new ArrayDeque<>();
  private boolean busy;

  ApplyWork(SimNode node, World world, Invariants invariants, Clients clients) {
    this.node = node;
    this.world = world;
    this.invariants = invariants;
    this.clients = clients;
  }

  /** The member died. */
  void stop() {
    queue.clear();
    busy = false;
  }

  void submit(Committed committed) {
    submit(() -> apply(committed));
  }

  /** Puts a snapshot in the place of whatever was applied before. */
  void install(SimMachine.Snapshot snapshot, Runnable done) {
    submit(
        () -> {
          invariants.installed(node, snapshot);
          if (node.diesInBetween()) {
            return;
          }
          node.machine().install(snapshot);
          world.counters.installs++;
          world.note("installed", node.id, snapshot.position().index(), snapshot.hash());
          if (!node.diesInBetween()) {
            reached();
            done.run();
          }
        });
  }

  private void submit(Work work) {
    queue.add(work);
    applyLater();
  }

  private void applyLater() {
    if (busy || queue.isEmpty()) {
      return;
    }
    busy = true;
    node.inThisLife(
        world.draw(world.options.maxApplyMillis()), () -> node.whenProcessRuns(this::runOne));
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
    applyLater();
  }

  private void apply(Committed committed) throws IOException {
    apply(
        committed,
        committed.entries().isEmpty()
            ? node.log().read(committed.lo(), committed.hi())
            : committed.entries());
  }

  private void apply(Committed committed, List<Entry> entries) throws IOException {
    SimMachine machine = node.machine();
    if (entries.size() != committed.hi() - committed.lo()
        || committed.lo() != machine.applied().index() + 1) {
      throw new SimFailure(
          "member %d is to apply [%d, %d) after %s and has %d entries of it"
              .formatted(
                  node.id, committed.lo(), committed.hi(), machine.applied(), entries.size()));
    }
    for (Entry entry : entries) {
      invariants.applied(node, entry);
    }
    long[] answers = machine.apply(entries);
    for (int i = 0; i < answers.length; i++) {
      clients.applied(node, entries.get(i), answers[i]);
    }
    world.counters.applied += answers.length;
    world.note("applied", node.id, machine.applied().index(), machine.hash());
    reached();
  }

  private void reached() {
    long index = node.machine().applied().index();
    clients.reached(node);
    node.whenLoopRuns(false, () -> node.step(new Input.Applied(index)));
  }
}
