package io.kelson.raft.sim;

import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.ReadReady;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.RoleChange;
import io.kelson.raft.core.SnapshotInstall;
import io.kelson.raft.core.SnapshotRequest;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One member: its life and death, and the loop that feeds its core while it runs. What the other
 * threads of the runtime do in production is done by {@link LogWork} and {@link ApplyWork}.
 */
final class SimNode {
  private static final int MAILBOX = 50;
  private static final int RESTART_MILLIS = 1_000;

  final long id;
  private final Configuration initial;
  private final World world;
  private final SimNetwork network;
  private final Invariants invariants;
  private final Clients clients;
  private final Shipping shipping;
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

  /** Stopped for good. */
  private boolean gone;

  private final LogWork logWork;
  private final ApplyWork applyWork;
  private final CutWork cutWork;

  /**
   * Real time of one tick, and of what lasts a tick interval by the clock. Often they are one and
   * the same clock, but in a virtual machine they need not be.
   */
  private final int tickMillis;

  private final int clockTickMillis;
  private final long clockOffset;

  /**
   * @param initial the members as it was told when it was made
   */
  SimNode(long id, Configuration initial, Simulation in, SimLog log, SimMachine machine) {
    this.id = id;
    this.initial = initial;
    this.world = in.world;
    this.network = in.network;
    this.invariants = in.invariants;
    this.clients = in.clients;
    this.shipping = in.shipping;
    this.log = log;
    this.machine = machine;
    this.logWork = new LogWork(this, world, log);
    this.applyWork = new ApplyWork(this, world, invariants, clients);
    this.cutWork = new CutWork(this, world, invariants);
    this.tickMillis = world.options.drawTickMillis(world.random);
    this.clockTickMillis =
        world.random.nextBoolean() ? tickMillis : world.options.drawTickMillis(world.random);
    this.clockOffset = world.random.nextLong();
  }

  /** What its monotonic clock says; fast or slow within the bound, and of no meaning elsewhere. */
  long nanos() {
    return clockOffset + world.now() * 1_000_000 * SimOptions.TICK_MILLIS / clockTickMillis;
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

  /**
   * Starts it; if that fails because the disk was told to fail, again a little later. If it fails
   * because the log was harmed, the member has gone.
   */
  void start() {
    RestoredLog restored;
    try {
      log.open(world.random, world.faults);
      restored = restore();
    } catch (IOException e) {
      world.note("start failed", id, e.getMessage());
      if (log.refused()) {
        leave("its log is refused");
        return;
      }
      log.crash(world.random, false);
      comeBackIn(1 + world.random.nextInt(50));
      return;
    }
    life++;
    core =
        new RaftCore(
            world.options.coreConfig(id, initial),
            restored,
            machine.applied().index(),
            new Random(world.random.nextLong()));
    invariants.afterRestart(this);
    world.note(
        "start", id, restored.last().term(), restored.last().index(), machine.applied().index());
    tickLater(world.random.nextInt(SimOptions.TICK_MILLIS));
  }

  private void comeBackIn(int millis) {
    world.after(
        millis,
        () -> {
          if (!isUp() && !gone) {
            start();
          }
        });
  }

  /** Its disk finishes no sync for so long. */
  void stall(int millis) {
    logWork.stall(world.now() + millis);
  }

  boolean isStalled() {
    return logWork.isStalled();
  }

  /** Counts its starts. */
  int life() {
    return life;
  }

  /** Brings log and state together, as {@code runtime.Restart} does. */
  private RestoredLog restore() throws IOException {
    RestoredLog restored = log.restored(world.random);
    LogPosition applied = machine.applied();
    if (applied.index() < restored.base().index()) {
      throw new SimFailure(
          "member %d comes back with a state at %s and a log that begins after %s"
              .formatted(id, applied, restored.base()));
    }
    SnapshotInstall again = restored.maybeReset(applied);
    if (again != null) {
      world.counters.halfInstalled++;
      world.note("log begins again", id, applied.index());
      log.reset(again.position(), again.hardState());
      restored = log.restored(world.random);
    }
    byte[] config = machine.config();
    return config.length == 0 ? restored : restored.withBaseConfig(ConfigEntry.decode(config));
  }

  /** A pause of any length is one tick, and the next comes an interval after it, as in RaftNode. */
  private void tickLater(int more) {
    inThisLife(
        tickMillis + more,
        () ->
            whenLoopRuns(
                false,
                () -> {
                  tick();
                  tickLater(0);
                }));
  }

  private void tick() {
    step(new Input.Tick(nanos()));
    if (isUp()) {
      cutWork.tick();
    }
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
    stop(power);
    comeBackIn(world.random.nextInt(RESTART_MILLIS));
  }

  /** Between two steps that a crash must not find half done: it may die here. */
  boolean diesInBetween() {
    boolean dies =
        world.faults && world.options.crashesPerSecond() > 0 && world.random.nextInt(10) == 0;
    if (dies) {
      crash(world.random.nextBoolean());
    }
    return dies;
  }

  private void stop(boolean power) {
    core = null;
    pausedUntil = 0;
    heldBack.clear();
    logWork.stop();
    applyWork.stop();
    cutWork.stop();
    log.crash(world.random, power);
    machine.crash(world.random, power);
    clients.crashed(this);
  }

  /** It stops for good, and nobody will use its id again. */
  void leave(String why) {
    world.note("gone", id, why);
    gone = true;
    if (isUp()) {
      stop(true);
    }
  }

  /** Whether it stopped for good. */
  boolean isGone() {
    return gone;
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

  /**
   * A snapshot has arrived here.
   *
   * @param done hears whether the member now has what it covers; not if it dies first
   */
  void received(Shipping.Shipment shipment, Consumer<Boolean> done) {
    if (isUp()) {
      int bornIn = life;
      whenLoopRuns(
          false,
          () -> {
            if (life == bornIn && isUp()) {
              take(shipment, done);
            }
          });
    }
  }

  private void take(Shipping.Shipment shipment, Consumer<Boolean> done) {
    SimMachine.Snapshot snapshot = shipment.snapshot();
    world.note("snapshot", id, shipment.from(), snapshot.position().index());
    byte[] then = snapshot.config();
    ConfigEntry config = then.length == 0 ? null : ConfigEntry.decode(then);
    Effects effects =
        step(
            new Input.SnapshotReceived(
                shipment.from(), shipment.term(), snapshot.position(), config));
    SnapshotInstall install = effects.install();
    if (install == null) {
      done.accept(core.commitIndex() >= snapshot.position().index());
      return;
    }
    invariants.replacesLog(this, install.position());
    Runnable stateInstalled =
        logWork.reset(
            install,
            () -> {
              invariants.based(this);
              step(new Input.SnapshotInstalled(install.position()));
              done.accept(true);
            });
    applyWork.install(snapshot, stateInstalled);
  }

  Effects step(Input input) {
    if (!isUp()) {
      return Effects.NONE;
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
    if (effects.cut() != null) {
      cutWork.cut(effects.cut());
    }
    for (SnapshotRequest request : effects.snapshots()) {
      shipping.ship(this, request);
    }
    return effects;
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
