package io.kelson.raft.sim;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.ReadReady;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.RoleChange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One member: its core while it runs, the log and the state machine under it, and the carrying out
 * of effects that the threads of the runtime do in production.
 */
final class SimNode {
  private static final int MAILBOX = 50;
  private static final int RESTART_MILLIS = 1_000;

  final long id;
  private final World world;
  private final SimNetwork network;
  private final Invariants invariants;
  private final SimLog log;
  private Clients clients;

  /** The running core, or null while the member is down. */
  private RaftCore core;

  /** Counts starts, so that events of an earlier life are recognised. */
  private int life;

  /** Frozen until this time, either the loop alone or the whole process. */
  private long pausedUntil;

  private boolean processPaused;
  private final ArrayDeque<Runnable> heldBack = new ArrayDeque<>();

  private boolean syncing;
  private long lastWrite;
  private final ArrayDeque<PersistBatch> unsynced = new ArrayDeque<>();
  private final ArrayDeque<Committed> applyQueue = new ArrayDeque<>();
  private boolean applying;

  /** Everything applied; a crash cuts it back to what the store had flushed. */
  private final List<Entry> applied = new ArrayList<>();

  private Registers registers = new Registers();
  private int flushed;

  SimNode(long id, World world, SimNetwork network, Invariants invariants, SimLog log) {
    this.id = id;
    this.world = world;
    this.network = network;
    this.invariants = invariants;
    this.log = log;
  }

  void clients(Clients all) {
    clients = all;
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

  Registers registers() {
    return registers;
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
    lastWrite = 0;
    core =
        new RaftCore(
            world.options.coreConfig(id),
            restored,
            registers.index(),
            new Random(world.random.nextLong()));
    invariants.afterRestart(this);
    world.note("start", id, restored.last().term(), restored.last().index(), registers.index());
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
    syncing = false;
    applying = false;
    pausedUntil = 0;
    heldBack.clear();
    applyQueue.clear();
    unsynced.clear();
    log.crash(world.random, power);
    loseUnflushed();
    clients.crashed(this);
    world.after(
        world.random.nextInt(RESTART_MILLIS),
        () -> {
          if (!isUp()) {
            start();
          }
        });
  }

  /** The store comes back with some state between its last flush and its end. */
  private void loseUnflushed() {
    flushed += world.draw(applied.size() - flushed);
    applied.subList(flushed, applied.size()).clear();
    registers = new Registers();
    applied.forEach(registers::apply);
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

  private void inThisLife(long millis, Runnable action) {
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
  private void whenLoopRuns(boolean mayBeDropped, Runnable action) {
    if (pausedUntil <= world.now()) {
      action.run();
    } else if (!mayBeDropped || heldBack.size() < MAILBOX) {
      heldBack.add(action);
    }
  }

  private void whenProcessRuns(Runnable action) {
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
      persist(effects.persist());
    }
    invariants.afterStep(this);
    for (Message message : effects.send()) {
      send(message);
    }
    for (LogFetch fetch : effects.fetches()) {
      inThisLife(fetchMillis(), () -> whenProcessRuns(() -> fetch(fetch)));
    }
    if (effects.committed() != null) {
      applyQueue.add(effects.committed());
      applyLater();
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

  private void send(Message message) {
    invariants.sent(this, message);
    network.send(message);
  }

  // ---- the log writer

  private void persist(PersistBatch batch) {
    if (batch.write() != lastWrite + 1) {
      throw new SimFailure("member " + id + " numbers " + batch + " after " + lastWrite);
    }
    lastWrite = batch.write();
    world.note("write", id, batch.write(), batch.hardState(), batch.entries());
    log.queue(batch);
    unsynced.add(batch);
    if (!syncing) {
      syncing = true;
      inThisLife(0, () -> whenProcessRuns(this::writeGroup));
    }
  }

  /** Everything queued makes one group, synced together if any of it has to be. */
  private void writeGroup() {
    if (!isUp()) {
      return;
    }
    List<PersistBatch> group = List.copyOf(unsynced);
    boolean mustSync = group.stream().anyMatch(PersistBatch::mustSync);
    try {
      log.write();
    } catch (IOException e) {
      failed(e);
      return;
    }
    long millis = mustSync ? world.draw(world.options.maxSyncMillis()) : 0;
    if (mustSync && world.faults && world.chance(world.options.slowSyncPercent())) {
      millis = millis * 50 + 100;
      world.counters.slowSyncs++;
    }
    inThisLife(millis, () -> whenProcessRuns(() -> groupWritten(group, mustSync)));
  }

  private void groupWritten(List<PersistBatch> group, boolean mustSync) {
    if (!isUp()) {
      return;
    }
    long last = group.get(group.size() - 1).write();
    try {
      if (mustSync) {
        log.sync();
        world.note("synced", id, last);
      }
      // One after the other, as a later one may cut what an earlier one promised; by then the
      // promise was kept.
      for (PersistBatch batch : group) {
        unsynced.remove();
        if (mustSync) {
          log.model().durableThrough(batch.write());
        }
        batch.sendAfter().forEach(this::send);
      }
      if (unsynced.isEmpty()) {
        syncing = false;
        log.idle();
      } else {
        inThisLife(0, () -> whenProcessRuns(this::writeGroup));
      }
    } catch (IOException e) {
      failed(e);
      return;
    }
    whenLoopRuns(false, () -> step(new Input.Persisted(last)));
  }

  /** The first error of the disk stops the member; whether the machine survives is open. */
  private void failed(IOException error) {
    world.counters.diskErrors++;
    world.note("disk failed", id, error.getMessage());
    crash(world.random.nextBoolean());
  }

  // ---- the fetch thread

  /** Reading is slow when syncing is; by then the log may have been rewritten. */
  private long fetchMillis() {
    boolean slow = world.faults && world.chance(world.options.slowSyncPercent());
    return world.random.nextInt(slow ? 600 : 20);
  }

  /** Reads a range and sends it in one request or several. */
  private void fetch(LogFetch fetch) {
    if (!isUp()) {
      return;
    }
    try {
      sendFetched(fetch, log.read(fetch.prev().index() + 1, fetch.hi()));
    } catch (IOException e) {
      failed(e);
    }
  }

  private void sendFetched(LogFetch fetch, List<Entry> entries) {
    boolean same =
        entries.size() == fetch.hi() - fetch.prev().index() - 1
            && entries.get(entries.size() - 1).term() == fetch.lastTerm();
    world.counters.fetches++;
    world.note("fetch", id, fetch.to(), fetch.prev().index(), fetch.hi(), same ? "read" : "gone");
    LogPosition prev = fetch.prev();
    for (int lo = 0; same && lo < entries.size(); ) {
      int hi = lo + 1 + world.random.nextInt(entries.size() - lo);
      send(
          new Message.AppendRequest(
              fetch.from(),
              fetch.to(),
              fetch.term(),
              prev,
              entries.subList(lo, hi),
              fetch.commit(),
              fetch.round()));
      prev = entries.get(hi - 1).position();
      lo = hi;
    }
  }

  // ---- the apply thread

  private void applyLater() {
    if (applying || applyQueue.isEmpty()) {
      return;
    }
    applying = true;
    inThisLife(
        world.draw(world.options.maxApplyMillis()),
        () ->
            whenProcessRuns(
                () -> {
                  if (isUp()) {
                    applying = false;
                    apply(applyQueue.remove());
                    applyLater();
                  }
                }));
  }

  private void apply(Committed committed) {
    try {
      apply(
          committed,
          committed.entries().isEmpty()
              ? log.read(committed.lo(), committed.hi())
              : committed.entries());
    } catch (IOException e) {
      failed(e);
    }
  }

  private void apply(Committed committed, List<Entry> entries) {
    if (entries.size() != committed.hi() - committed.lo()
        || committed.lo() != registers.index() + 1) {
      throw new SimFailure(
          "member %d is to apply [%d, %d) after %d and has %d entries of it"
              .formatted(id, committed.lo(), committed.hi(), registers.index(), entries.size()));
    }
    for (Entry entry : entries) {
      invariants.applied(this, entry);
      long answer = registers.apply(entry);
      applied.add(entry);
      world.counters.applied++;
      clients.applied(this, entry, answer);
    }
    world.note("applied", id, registers.index(), registers.hash());
    long index = registers.index();
    whenLoopRuns(false, () -> step(new Input.Applied(index)));
  }
}
