package io.kelson.raft.sim;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Effects;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.RaftCore;
import io.kelson.raft.core.ReadReady;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.core.Role;
import io.kelson.raft.core.RoleChange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One cluster, one seed, one thread. A run has two phases: with faults, in which nothing wrong may
 * happen; and healed, in which everything right must happen: a leader, a new command applied by
 * all, equal states.
 *
 * <p>The same seed gives the same run, event for event; {@link #traceHash} is the proof.
 */
public final class Simulation {
  private static final int HEALED_LIMIT_MILLIS = 60_000;
  private static final int MARKER_MILLIS = 5_000;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
    }
  }

  private record ReadAsked(long committed) {}

  private final long seed;
  private final SimOptions options;
  private final SplittableRandom random;
  private final Consumer<String> trace;
  private final SimNetwork network;
  private final List<SimNode> nodes = new ArrayList<>();
  private final Invariants invariants;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<TreeMap<Long, ReadAsked>> reads = new ArrayList<>();
  private final Counters counters = new Counters();
  private long now;
  private long order;
  private long traceHash;
  private long nextRequest = 1;
  private boolean faults = true;

  /**
   * @param seed everything follows from it
   * @param trace receives one line an event, or null for none
   */
  public Simulation(long seed, Consumer<String> trace) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.options = SimOptions.draw(random);
    this.trace = trace;
    this.network = new SimNetwork(options.nodes());
    for (long id = 1; id <= options.nodes(); id++) {
      nodes.add(new SimNode(id));
      reads.add(new TreeMap<>());
    }
    this.invariants = new Invariants(nodes);
  }

  /**
   * Runs both phases.
   *
   * @throws SimFailure naming what did not hold
   */
  public void run() {
    note("options", options);
    try {
      nodes.forEach(this::start);
      schedule();
      runUntil(options.safetyMillis());
      heal();
      converge();
    } catch (SimFailure failure) {
      throw new SimFailure("seed " + seed + " at " + now + " ms: " + failure.getMessage(), failure);
    } catch (RuntimeException broken) {
      throw new SimFailure("seed " + seed + " at " + now + " ms: " + broken, broken);
    }
  }

  /** A number that two runs share only if they did the same. */
  public long traceHash() {
    return traceHash;
  }

  /** What happened, in numbers. */
  public Counters counters() {
    return counters;
  }

  private void schedule() {
    repeat(options.proposalsPerSecond(), this::propose);
    repeat(options.readsPerSecond(), this::read);
    repeat(options.crashesPerSecond(), this::crashOne);
    repeat(options.partitionsPerSecond(), this::reshape);
    repeat(options.pausesPerSecond(), this::pauseOne);
    repeat(options.transfersPerSecond(), this::transfer);
  }

  private void repeat(int perSecond, Runnable action) {
    if (perSecond > 0) {
      at(
          now + 1 + random.nextInt(2_000 / perSecond + 1),
          () -> {
            if (faults) {
              action.run();
              repeat(perSecond, action);
            }
          });
    }
  }

  private void runUntil(long end) {
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.poll();
      now = event.at();
      counters.events++;
      event.action().run();
    }
    now = end;
  }

  private void at(long time, Runnable action) {
    events.add(new Event(Math.max(time, now), order++, action));
  }

  // ---- members

  private void start(SimNode node) {
    node.life++;
    node.lastWritten = 0;
    node.core =
        new RaftCore(
            options.coreConfig(node.id),
            node.disk.restored(random.nextInt(4) * 3),
            node.appliedIndex(),
            new Random(random.nextLong()));
    invariants.afterRestart(node);
    note("start", node.id, node.disk.lastIndex(), node.appliedIndex());
    tickLater(node, node.life);
  }

  private void tickLater(SimNode node, int life) {
    at(
        now + SimOptions.TICK_MILLIS,
        () -> {
          if (node.life == life && node.isUp()) {
            whenAwake(node, true, () -> step(node, new Input.Tick()));
            tickLater(node, life);
          }
        });
  }

  /**
   * Runs now, or for a paused member when it wakes: what came meanwhile waits in its mailbox.
   * Completions of disk and state machine always fit in there, the rest does not.
   */
  private void whenAwake(SimNode node, boolean mayBeDropped, Runnable action) {
    if (node.pausedUntil <= now) {
      action.run();
    } else if (!mayBeDropped || node.heldBack.size() < 50) {
      node.heldBack.add(action);
    }
  }

  private void step(SimNode node, Input input) {
    counters.steps++;
    Effects effects = node.core.step(input);
    if (effects.persist() != null) {
      invariants.written(node, effects.persist());
      write(node, effects.persist());
    }
    invariants.afterStep(node);
    for (Message message : effects.send()) {
      invariants.sent(node, message);
      send(message);
    }
    for (LogFetch fetch : effects.fetches()) {
      fetchLater(node, fetch);
    }
    if (effects.committed() != null) {
      applyLater(node, effects.committed());
    }
    for (ReadReady ready : effects.readsReady()) {
      ReadAsked asked = reads.get((int) node.id - 1).remove(ready.id());
      invariants.readReady(node, ready.index(), asked.committed());
      counters.reads++;
      note("read", node.id, ready.id(), ready.index());
    }
    for (Rejection rejection : effects.rejections()) {
      if (rejection.what() == Rejection.What.READ) {
        reads.get((int) node.id - 1).remove(rejection.id());
      }
      note("rejected", node.id, rejection);
    }
    for (RoleChange change : effects.roleChanges()) {
      counters.roleChanges++;
      note("role", node.id, change);
    }
  }

  // ---- disk

  private void write(SimNode node, PersistBatch batch) {
    require(
        batch.write() == node.lastWritten + 1,
        "member " + node.id + " numbers a batch " + batch.write() + " after " + node.lastWritten);
    node.lastWritten = batch.write();
    node.disk.write(batch);
    note("write", node.id, batch.write(), batch.hardState(), batch.entries());
    node.pendingSends.add(batch);
    syncLater(node);
  }

  private void syncLater(SimNode node) {
    if (node.syncing) {
      return;
    }
    node.syncing = true;
    int life = node.life;
    long through = node.lastWritten;
    long millis = options.maxSyncMillis() == 0 ? 0 : random.nextInt(options.maxSyncMillis() + 1);
    if (faults && random.nextInt(100) < options.slowSyncPercent()) {
      millis = millis * 100 + 100;
      counters.slowSyncs++;
    }
    at(
        now + millis,
        () -> {
          if (node.life == life && node.isUp()) {
            synced(node, life, through);
          }
        });
  }

  private void synced(SimNode node, int life, long through) {
    node.syncing = false;
    note("synced", node.id, through);
    // One batch after the other, as a later one may cut what an earlier one promised; by then the
    // promise was kept.
    while (!node.pendingSends.isEmpty() && node.pendingSends.peek().write() <= through) {
      PersistBatch batch = node.pendingSends.poll();
      node.disk.syncThrough(batch.write());
      for (Message message : batch.sendAfter()) {
        invariants.sent(node, message);
        send(message);
      }
    }
    if (node.lastWritten > through) {
      syncLater(node);
    }
    whenAwake(node, false, () -> step(node, new Input.Persisted(through)));
  }

  private void fetchLater(SimNode node, LogFetch fetch) {
    int life = node.life;
    at(
        now + random.nextInt(20),
        () -> {
          if (node.life != life || !node.isUp()) {
            return;
          }
          List<Entry> entries = node.disk.read(fetch.prev().index() + 1, fetch.hi());
          boolean same =
              entries.size() == fetch.hi() - fetch.prev().index() - 1
                  && entries.get(entries.size() - 1).term() == fetch.lastTerm();
          counters.fetches++;
          note("fetch", node.id, fetch, same);
          if (same) {
            send(
                new Message.AppendRequest(
                    fetch.from(),
                    fetch.to(),
                    fetch.term(),
                    fetch.prev(),
                    entries,
                    fetch.commit(),
                    fetch.round()));
          }
        });
  }

  // ---- state machine

  private void applyLater(SimNode node, Committed committed) {
    int life = node.life;
    // In order: the state machine has one thread. Its delay is drawn once for a node at a time.
    at(
        now + (random.nextInt(10) == 0 ? 0 : 1),
        () -> {
          if (node.life == life && node.isUp()) {
            node.applyQueue.add(committed);
            drainApplies(node);
          }
        });
  }

  private void drainApplies(SimNode node) {
    boolean progressed = true;
    while (progressed) {
      progressed = false;
      for (Committed committed : List.copyOf(node.applyQueue)) {
        if (committed.lo() == node.appliedIndex() + 1) {
          node.applyQueue.remove(committed);
          apply(node, committed);
          progressed = true;
        }
      }
    }
  }

  private void apply(SimNode node, Committed committed) {
    List<Entry> entries =
        committed.entries().isEmpty()
            ? node.disk.read(committed.lo(), committed.hi())
            : committed.entries();
    require(
        entries.size() == committed.hi() - committed.lo(),
        "member "
            + node.id
            + " is to apply "
            + committed.lo()
            + ".."
            + committed.hi()
            + " and has "
            + entries.size());
    for (Entry entry : entries) {
      invariants.applied(node, entry);
      require(
          node.disk.holds(entry.position()),
          "member " + node.id + " applies " + entry + " before its disk holds it");
      node.apply(entry);
      counters.applied++;
      if (entry.type() == EntryType.NORMAL) {
        counters.commandsApplied++;
      }
    }
    note("applied", node.id, node.appliedIndex(), node.stateHash());
    long index = node.appliedIndex();
    whenAwake(node, false, () -> step(node, new Input.Applied(index)));
  }

  // ---- network

  private void send(Message message) {
    counters.messages++;
    note("send", message);
    if (!network.connected(message.from(), message.to())
        || faults && random.nextInt(100) < options.lossPercent()) {
      counters.lost++;
      return;
    }
    deliverLater(message);
    if (faults && random.nextInt(100) < options.duplicatePercent()) {
      counters.duplicated++;
      deliverLater(message);
    }
  }

  private void deliverLater(Message message) {
    SimNode to = nodes.get((int) message.to() - 1);
    long delay =
        1
            + random.nextInt(
                faults ? options.maxDelayMillis() : Math.min(options.maxDelayMillis(), 3));
    at(
        now + delay,
        () -> {
          if (to.isUp() && network.connected(message.from(), message.to())) {
            int life = to.life;
            whenAwake(
                to,
                true,
                () -> {
                  if (to.life == life) {
                    note("deliver", message);
                    step(to, new Input.Receive(message));
                  }
                });
          }
        });
  }

  // ---- clients

  private SimNode someNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  private void propose() {
    SimNode node = someNode();
    if (!node.isUp() || node.pausedUntil > now) {
      return;
    }
    List<Proposal> proposals = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      long id = nextRequest++;
      byte[] data = new byte[8 + random.nextInt(options.maxPayloadBytes() - 7)];
      ByteBuffer.wrap(data).putLong(id);
      proposals.add(new Proposal(id, data));
    }
    counters.proposals += count;
    step(node, new Input.Propose(proposals));
  }

  private void read() {
    SimNode node = someNode();
    if (!node.isUp() || node.pausedUntil > now) {
      return;
    }
    long id = nextRequest++;
    reads.get((int) node.id - 1).put(id, new ReadAsked(invariants.maxCommitSeen()));
    step(node, new Input.Read(id));
  }

  // ---- faults

  private void crashOne() {
    SimNode node = someNode();
    if (!node.isUp()) {
      return;
    }
    counters.crashes++;
    note("crash", node.id);
    node.crash(random);
    reads.get((int) node.id - 1).clear();
    at(
        now + random.nextInt(1_000),
        () -> {
          if (!node.isUp()) {
            start(node);
          }
        });
  }

  private void reshape() {
    counters.partitions++;
    note("network", network.reshape(random));
  }

  private void pauseOne() {
    SimNode node = someNode();
    if (!node.isUp() || node.pausedUntil > now) {
      return;
    }
    counters.pauses++;
    int life = node.life;
    node.pausedUntil = now + 20 + random.nextInt(500);
    note("pause", node.id, node.pausedUntil);
    at(
        node.pausedUntil,
        () -> {
          while (node.life == life && !node.heldBack.isEmpty()) {
            node.heldBack.poll().run();
          }
        });
  }

  private void transfer() {
    SimNode node = someNode();
    if (node.isUp() && node.pausedUntil <= now) {
      counters.transfers++;
      step(node, new Input.Transfer(1 + random.nextInt(options.nodes())));
    }
  }

  // ---- the healed phase

  private void heal() {
    faults = false;
    network.heal();
    note("heal");
    for (SimNode node : nodes) {
      if (!node.isUp()) {
        start(node);
      }
    }
  }

  private void converge() {
    long deadline = now + HEALED_LIMIT_MILLIS;
    long marker = -1;
    long markerAt = now;
    while (now < deadline) {
      runUntil(now + 200);
      if (marker >= 0 && allApplied(marker) && equalStates()) {
        counters.millis += now;
        return;
      }
      // A marker may be lost with its leader; then another one is due.
      if (marker < 0 || now - markerAt > MARKER_MILLIS) {
        marker = proposeMarker();
        markerAt = now;
      }
    }
    StringBuilder where = new StringBuilder();
    for (SimNode node : nodes) {
      where
          .append(" | ")
          .append(node.id)
          .append(' ')
          .append(node.core.role())
          .append(" term ")
          .append(node.core.term())
          .append(" last ")
          .append(node.core.lastIndex())
          .append(" durable ")
          .append(node.core.durableIndex())
          .append(" commit ")
          .append(node.core.commitIndex())
          .append(" applied ")
          .append(node.appliedIndex());
    }
    throw new SimFailure(
        "did not converge within " + HEALED_LIMIT_MILLIS + " ms of healing" + where);
  }

  /** Proposes at the leader, if there is one, and remembers how far everybody has to get. */
  private long proposeMarker() {
    for (SimNode node : nodes) {
      if (node.core.role() == Role.LEADER) {
        byte[] data = new byte[8];
        ByteBuffer.wrap(data).putLong(nextRequest);
        long before = node.core.lastIndex();
        step(node, new Input.Propose(List.of(new Proposal(nextRequest++, data))));
        return node.core.lastIndex() > before ? node.core.lastIndex() : -1;
      }
    }
    return -1;
  }

  private boolean allApplied(long index) {
    return nodes.stream().allMatch(node -> node.appliedIndex() >= index);
  }

  private boolean equalStates() {
    SimNode first = nodes.get(0);
    return nodes.stream()
        .allMatch(
            node ->
                node.appliedIndex() == first.appliedIndex()
                    && node.stateHash() == first.stateHash());
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new SimFailure(what);
    }
  }

  private void note(String what, Object... details) {
    traceHash = traceHash * 0x9E3779B97F4A7C15L + now * 31 + what.hashCode();
    for (Object detail : details) {
      if (detail instanceof Long number) {
        traceHash = traceHash * 131 + number;
      } else if (detail instanceof Message message) {
        traceHash =
            traceHash * 131
                + (message.kind().ordinal() * 31L + message.from()) * 31
                + message.to()
                + message.term();
      }
    }
    if (trace != null) {
      StringBuilder line = new StringBuilder().append(now).append(' ').append(what);
      for (Object detail : details) {
        line.append(' ').append(detail);
      }
      trace.accept(line.toString());
    }
  }
}
