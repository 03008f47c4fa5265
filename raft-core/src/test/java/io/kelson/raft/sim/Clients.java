package io.kelson.raft.sim;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.Input;
import io.kelson.raft.core.Proposal;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.membership.ConfigEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Clients and what they saw, checked for strict serializability.
 *
 * <p>The log is the order of all writes, so the search for an order that explains what clients saw,
 * which is what makes such checks expensive, has nothing to search: a write stands at its index, a
 * read right after the index that its member had applied. What is left to check is that every
 * answer is what a replay in that order gives, and that an operation begun after another one had
 * been answered stands behind it. For the latter the highest place answered so far is enough. A
 * write without an answer may take effect at any later time, but once; a rejected one never.
 */
final class Clients {
  private record Operation(
      long id, long node, boolean read, long floor, long knownCommit, int register) {}

  private record Waiting(Operation read, long index) {}

  private final World world;
  private final Invariants invariants;
  private final Map<Long, Operation> open = new HashMap<>();
  private final Map<Long, List<Waiting>> waiting = new HashMap<>();
  private final HashSet<Long> appliedIds = new HashSet<>();
  private final HashSet<Long> rejectedIds = new HashSet<>();

  /** The log replayed: the answer of each index, and every value a register ever had. */
  private final Registers replay = new Registers();

  private final List<Long> answers = new ArrayList<>();
  private final List<TreeMap<Long, Long>> values = new ArrayList<>();
  private long answeredUpTo;
  private long nextId = 1;

  /** The read being asked for in this very step, 0 for none. */
  private long asking;

  Clients(World world, Invariants invariants) {
    this.world = world;
    this.invariants = invariants;
    for (int i = 0; i < Registers.COUNT; i++) {
      values.add(new TreeMap<>(Map.of(0L, 0L)));
    }
  }

  /** One to three writes at a member, half of them conditional on the value it has now. */
  void write(SimNode node) {
    List<Proposal> proposals = new ArrayList<>();
    int count = 1 + world.random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int register = world.random.nextInt(Registers.COUNT);
      long expected = world.random.nextBoolean() ? Command.ANY : node.machine().value(register);
      long id = nextId++;
      byte[] data =
          new Command(id, register, expected, id)
              .encode(world.random.nextInt(world.options.maxPayloadBytes() + 1));
      open.put(id, new Operation(id, node.id, false, answeredUpTo, 0, register));
      proposals.add(new Proposal(id, data));
      world.note("propose", node.id, id);
    }
    world.counters.proposals += count;
    node.step(new Input.Propose(proposals));
  }

  void read(SimNode node) {
    long id = nextId++;
    int register = world.random.nextInt(Registers.COUNT);
    open.put(
        id, new Operation(id, node.id, true, answeredUpTo, invariants.maxCommitSeen(), register));
    world.note("read", node.id, id);
    asking = id;
    node.step(new Input.Read(id, node.nanos()));
    asking = 0;
  }

  /** The member has gone, and with it the answers it would have given. */
  void crashed(SimNode node) {
    open.values().removeIf(operation -> operation.node() == node.id);
    waiting.remove(node.id);
  }

  /** A number for something else that is asked for, which may be rejected as well. */
  long newId() {
    return nextId++;
  }

  void rejected(SimNode node, Rejection rejection) {
    world.note("rejected", node.id, rejection.id());
    if (rejection.what() == Rejection.What.CONFIGURATION) {
      rejectedIds.add(rejection.id());
      return;
    }
    Operation operation = open.remove(rejection.id());
    require(operation != null, "member %d rejects %s, which nobody waits for", node.id, rejection);
    if (rejection.what() == Rejection.What.PROPOSAL) {
      require(
          !appliedIds.contains(rejection.id()), "%s was rejected after it was applied", rejection);
      rejectedIds.add(rejection.id());
    }
  }

  void readReady(SimNode node, long id, long index) {
    Operation read = open.get(id);
    require(
        read != null && read.node() == node.id,
        "member %d answers read %d, which nobody waits for",
        node.id,
        id);
    invariants.readReady(node, index, read.knownCommit());
    world.note("ready", node.id, id, index);
    if (id == asking && world.options.voters() > 1) {
      // Only a lease lets a read go before anybody else was asked.
      world.counters.leaseReads++;
    }
    waiting.computeIfAbsent(node.id, n -> new ArrayList<>()).add(new Waiting(read, index));
    serveReads(node);
  }

  private void serveReads(SimNode node) {
    List<Waiting> reads = waiting.get(node.id);
    if (reads == null) {
      return;
    }
    long applied = node.machine().applied().index();
    for (Waiting each : reads) {
      if (each.index() <= applied) {
        Operation read = each.read();
        long seen = node.machine().value(read.register());
        require(
            seen == values.get(read.register()).floorEntry(applied).getValue(),
            "read %d sees %d in register %d, which had another value after index %d",
            read.id(),
            seen,
            read.register(),
            applied);
        require(
            applied >= read.floor(),
            "read %d sees the state after index %d, though %d had been answered before it began",
            read.id(),
            applied,
            read.floor());
        answered(read, applied);
        world.counters.readsChecked++;
      }
    }
    reads.removeIf(each -> each.index() <= applied);
  }

  /** A member has applied an entry; the answer goes to whoever waits for it there. */
  void applied(SimNode node, Entry entry, long answer) {
    if (entry.index() == replay.index() + 1) {
      replayNext(entry);
    }
    long expected = answers.get((int) entry.index() - 1);
    require(
        answer == expected,
        "member %d answers %d to %s, a replay of the log answers %d",
        node.id,
        answer,
        entry,
        expected);
    if (entry.type() == EntryType.NORMAL) {
      Command command = Command.decode(entry.data());
      Operation write = open.get(command.id());
      if (write != null && write.node() == node.id) {
        require(
            entry.index() > write.floor(),
            "write %d stands at index %d, though %d had been answered before it began",
            command.id(),
            entry.index(),
            write.floor());
        answered(write, entry.index());
        world.counters.writesChecked++;
      }
    }
  }

  /** A member's state has got further; reads that waited for that are answered. */
  void reached(SimNode node) {
    serveReads(node);
  }

  private void replayNext(Entry entry) {
    answers.add(replay.apply(entry));
    if (entry.type() == EntryType.CONFIG) {
      byte[] context = ConfigEntry.decode(entry.data()).context();
      require(
          context.length == 0 || !rejectedIds.contains(ByteBuffer.wrap(context).getLong()),
          "a configuration was rejected and then applied: %s",
          entry);
    }
    if (entry.type() != EntryType.NORMAL) {
      return;
    }
    Command command = Command.decode(entry.data());
    require(
        command.id() < nextId && appliedIds.add(command.id()),
        "write %d of index %d was applied before, or never asked for",
        command.id(),
        entry.index());
    require(
        !rejectedIds.contains(command.id()),
        "write %d was rejected and then applied",
        command.id());
    values.get(command.register()).put(entry.index(), replay.value(command.register()));
  }

  private void answered(Operation operation, long place) {
    open.remove(operation.id());
    answeredUpTo = Math.max(answeredUpTo, place);
  }

  /** Whether a write that was asked for has been applied anywhere. */
  boolean isApplied(long id) {
    return appliedIds.contains(id);
  }

  /** A write by nobody, to see whether writes get through; its id. */
  long writeMarker(SimNode node) {
    long id = nextId++;
    byte[] data = new Command(id, 0, Command.ANY, id).encode(0);
    open.put(id, new Operation(id, node.id, false, answeredUpTo, 0, 0));
    world.note("marker", node.id, id);
    node.step(new Input.Propose(List.of(new Proposal(id, data))));
    return id;
  }

  /**
   * Whether reads have begun at these members that were neither answered nor turned down, nor died
   * with a member.
   */
  boolean hasOpenReads(Collection<Long> members) {
    return open.values().stream().anyMatch(each -> each.read() && members.contains(each.node()));
  }

  private static void require(boolean holds, String message, Object... args) {
    if (!holds) {
      throw new SimFailure(String.format(message, args));
    }
  }
}
