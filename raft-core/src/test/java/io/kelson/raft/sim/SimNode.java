package io.kelson.raft.sim;

import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.ReadReady;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.RoleChange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Random;

/**
 * One member: its life and death, and the loop that feeds its core while it runs. What the other
 * threads of the runtime do in production is done by {@link LogWork} and {@link ApplyWork}.
 */
final class SimNode {
  private static final int MAILBOX = 50;
  private static final int RESTART_MILLIS = 1_000;

  final long id;
  private final World world;
  private final SimNetwork network;
  private final Invariants invariants;
  private final Clients clients;
  private final SimLog log;
  private final SimMachine machine;

  /** The running core, or null while the member is down. */
  private RaftCore core;

  /** Counts starts, so that events of an earlier life are recognised. */
  private int life;

  /** Frozen until this time, either the loop alone or the whole process. */
  private long pausedUntil;

  private boolean processPaused;
  private final ArrayDeque<Runnable> heldBack = new ArrayDeque<>();

  private final LogWork logWork;
  private final ApplyWork applyWork;

  SimNode(
      long id,
      World world,
      SimNetwork network,
      Invariants invariants,
      Clients clients,
      SimLog log,
      SimMachine machine) {
    this.id = id;
    this.world = world;
    this.network = network;
    this.invariants = invariants;
    this.clients = clients;
    this.log = log;
    this.machine = machine;
    this.logWork = new LogWork(this, world, log);
    this.applyWork = new ApplyWork(this, world, invariants, clients);
  }

  boolean isUp() {
    return core != null;
  }

  /** Whether clients get through to it. */
  boolean isAwake() {
    return isUp() && pausedUntil <= world.now();
  }

  RaftCore core() {
    return core;
  }

  SimDisk disk() {
    return log.model();
  }

  SimLog log() {
    return log;
  }

  SimMachine machine() {
    return machine;
  }

  // ---- life and death

  /** Starts it; if that fails because the disk was told to fail, again a little later. */
  void start() {
    RestoredLog restored;
    try {
      restored = log.open(world.random, world.faults);
    } catch (IOException e) {
      world.note("start failed", id, e.getMessage());
      world.after(
          1 + world.random.nextInt(50),
          () -> {
            if (!isUp()) {
              start();
            }
          });
      return;
    }
    life++;
    core =
        new RaftCore(
            world.options.coreConfig(id),
            restored,
            machine.applied().index(),
            new Random(world.random.nextLong()));
    invariants.afterRestart(this);
    world.note(
        "start", id, restored.last().term(), restored.last().index(), machine.applied().index());
    tickLater(world.random.nextInt(SimOptions.TICK_MILLIS));
  }

  private void tickLater(int more) {
    inThisLife(
        SimOptions.TICK_MILLIS + more,
        () -> {
          whenLoopRuns(true, () -> step(new Input.Tick()));
          tickLater(0);
        });
  }

  /**
   * It stops without warning, and starts again some time later.
   *
   * @param power whether the machine goes down with it, and unsynced bytes are lost
   */
  void crash(boolean power) {
    world.counters.crashes++;
    world.counters.powerLosses += power ? 1 : 0;
    world.note("crash", id, power ? "power" : "process");
    core = null;
    pausedUntil = 0;
    heldBack.clear();
    logWork.stop();
    applyWork.stop();
    log.crash(world.random, power);
    machine.crash(world.random, power);
    clients.crashed(this);
    world.after(
        world.random.nextInt(RESTART_MILLIS),
        () -> {
          if (!isUp()) {
            start();
          }
        });
  }

  /**
   * Freezes it for a while.
   *
   * @param process whether its other threads freeze as well, not only the loop
   */
  void pause(int millis, boolean process) {
    world.counters.pauses++;
    pausedUntil = world.now() + millis;
    processPaused = process;
    world.note("pause", id, millis, process ? "process" : "loop");
    inThisLife(
        millis,
        () -> {
          for (int n = heldBack.size(); n > 0 && !heldBack.isEmpty(); n--) {
            heldBack.poll().run();
          }
        });
  }

  void inThisLife(long millis, Runnable action) {
    int bornIn = life;
    world.after(
        millis,
        () -> {
          if (life == bornIn && isUp()) {
            action.run();
          }
        });
  }

  /**
   * Runs now, or for a paused loop when it goes on. Completions of disk and state machine always
   * fit into its mailbox, the rest may not.
   */
  void whenLoopRuns(boolean mayBeDropped, Runnable action) {
    if (pausedUntil <= world.now()) {
      action.run();
    } else if (!mayBeDropped || heldBack.size() < MAILBOX) {
      heldBack.add(action);
    }
  }

  void whenProcessRuns(Runnable action) {
    if (pausedUntil <= world.now() || !processPaused) {
      action.run();
    } else {
      heldBack.add(action);
    }
  }

  // ---- the loop

  void receive(Message message) {
    if (isUp()) {
      int bornIn = life;
      whenLoopRuns(
          true,
          () -> {
            if (life == bornIn && isUp()) {
              world.note("deliver", message);
              step(new Input.Receive(message));
            }
          });
    }
  }

  void step(Input input) {
    if (!isUp()) {
      return;
    }
    world.counters.steps++;
    Effects effects = core.step(input);
    if (effects.persist() != null) {
      invariants.written(this, effects.persist());
      logWork.write(effects.persist());
    }
    invariants.afterStep(this);
    for (Message message : effects.send()) {
      send(message);
    }
    for (LogFetch fetch : effects.fetches()) {
      logWork.fetch(fetch);
    }
    if (effects.committed() != null) {
      applyWork.submit(effects.committed());
    }
    for (RoleChange change : effects.roleChanges()) {
      world.counters.roleChanges++;
      world.note("role", id, change);
    }
    for (ReadReady ready : effects.readsReady()) {
      clients.readReady(this, ready.id(), ready.index());
    }
    for (Rejection rejection : effects.rejections()) {
      clients.rejected(this, rejection);
    }
  }

  void send(Message message) {
    invariants.sent(this, message);
    network.send(message);
  }

  /** The first error of the disk stops the member; whether the machine survives is open. */
  void failed(IOException error) {
    world.counters.diskErrors++;
    world.note("disk failed", id, error.getMessage());
    crash(world.random.nextBoolean());
  }
}
