package io.kelson.raft.sim;

import io.kelson.raft.core.Input;
import io.kelson.raft.core.Role;
import io.kelson.raft.membership.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One cluster, one seed, one thread. A run has three phases: with faults, in which nothing wrong
 * may happen; with a majority that is well connected while the rest disturbs, in which writes have
 * to get through; and healed, in which everybody has to catch up, answer, and hand over leadership
 * when told.
 *
 * <p>The same seed gives the same run, event for event; {@link #traceHash} is the proof.
 */
public final class Simulation {
  /** How long anything may take once nothing is in its way; two hundred election timeouts. */
  private static final int PATIENCE_MILLIS = 20_000;

  /** A write may be lost with its leader; after that long another one is sent. */
  private static final int RETRY_MILLIS = 1_000;

  /** Three syncs and four messages; followers wait 100 to 200 ms before they act by themselves. */
  private static final int HAND_OVER_MILLIS = 120;

  private final long seed;
  final World world;
  private final SimOptions options;
  final SimNetwork network;
  final List<SimNode> nodes = new ArrayList<>();
  final Configurations configurations;
  final Invariants invariants;
  final Clients clients;
  final Shipping shipping;
  final Churn churn;
  private final Nemesis nemesis;

  /**
   * @param seed everything follows from it
   * @param trace receives one line an event, or null for none
   */
  public Simulation(long seed, Consumer<String> trace) {
    this(seed, trace, options -> options);
  }

  /**
   * @param change what to make of the options that the seed has drawn
   */
  Simulation(long seed, Consumer<String> trace, UnaryOperator<SimOptions> change) {
    SplittableRandom random = new SplittableRandom(seed);
    this.seed = seed;
    this.options = change.apply(SimOptions.draw(random));
    this.world = new World(random, options, trace);
    this.network = new SimNetwork(world, nodes);
    this.configurations = new Configurations(nodes, options.founders());
    this.invariants = new Invariants(nodes, configurations);
    this.clients = new Clients(world, invariants);
    this.shipping = new Shipping(world, network, nodes);
    for (int i = 0; i < options.nodes(); i++) {
      addNode(options.founders());
    }
    this.churn = new Churn(this);
    this.configurations.onCommitted(churn::configurationCommitted);
    this.nemesis = new Nemesis(this);
  }

  /**
   * One member more, with an id that nobody has had, and not started yet.
   *
   * @param initial the members as it is told
   */
  SimNode addNode(Configuration initial) {
    long id = nodes.size() + 1;
    SimLog log = options.realLog() ? new RealLog(world.counters, seed * 64 + id) : new SimDisk();
    SimNode node = new SimNode(id, initial, this, log, options.machine().create(seed * 64 + id));
    nodes.add(node);
    return node;
  }

  /**
   * Runs all phases.
   *
   * @throws SimFailure naming what did not hold
   */
  public void run() {
    world.note("options", options);
    world.counters.realLogs += options.realLog() ? 1 : 0;
    world.counters.rocksStores += options.machine() == SimOptions.Machine.ROCKSDB ? 1 : 0;
    try {
      nodes.forEach(SimNode::start);
      nemesis.begin();
      world.runUntil(options.safetyMillis());
      world.faults = false;
      nodes.forEach(node -> node.log().failNoMore());
      loseHarmed();
      restartThoseThatMayFail();
      long healedAt = world.now();
      healMajority();
      healAll();
      world.counters.slowestHealMillis = world.now() - healedAt;
      world.counters.millis = world.now();
    } catch (RuntimeException broken) {
      String what = broken instanceof SimFailure ? broken.getMessage() : broken.toString();
      throw new SimFailure("seed " + seed + " at " + world.now() + " ms: " + what, broken);
    } finally {
      nodes.forEach(node -> node.machine().close());
    }
  }

  /** A number that two runs share only if they did the same. */
  public long traceHash() {
    return world.traceHash();
  }

  /** What happened, in numbers. */
  public Counters counters() {
    return world.counters;
  }

  /** When it ended, in virtual milliseconds. */
  public long endedAtMillis() {
    return world.now();
  }

  /** The options that the seed has drawn. */
  public String options() {
    return options.toString();
  }

  /** An error of the disk that nobody has met yet must not be met when all is to be well. */
  private void restartThoseThatMayFail() {
    for (SimNode node : nodes) {
      if (node.isUp() && node.log().mayFail()) {
        node.crash(false);
        node.start();
      }
    }
  }

  /**
   * Whose log was harmed starts again, and goes on only if nothing that counts is missing. Else it
   * might stop at any later time, which is no fault of the others.
   */
  private void loseHarmed() {
    for (SimNode node : nodes) {
      if (node.log().harmed() && !node.isGone()) {
        if (node.isUp()) {
          node.crash(false);
        }
        node.start();
      }
    }
  }

  // ---- a majority that works

  /**
   * A random majority can talk, whatever links the others have; some of those are down. Their
   * disturbance must not keep writes from getting through for ever.
   */
  private void healMajority() {
    Set<Long> core = new Deciders(this).draw();
    network.heal();
    world.note("majority", core.toString(), network.scatter(world.random, core));
    for (SimNode node : nodes) {
      if (core.contains(node.id) && !node.isUp()) {
        node.start();
      }
    }
    await("a majority of " + core + " to write", this::markerWritten);
    world.runUntil(world.now() + 20L * options.electionTicks() * SimOptions.TICK_MILLIS);
    marker = 0;
    await("a majority of " + core + " to write again", this::markerWritten);
  }

  /**
   * The newest configuration that is committed, and those after it that somebody has in his log.
   * Whoever goes by an older one cannot win an election any more.
   */
  List<Configuration> relevantConfigurations() {
    List<Configuration> relevant = new ArrayList<>();
    relevant.add(configurations.newest());
    for (SimNode node : nodes) {
      Map.Entry<Long, Configuration> latest = node.disk().visible().configuration();
      if (!node.isGone() && latest != null && latest.getKey() > configurations.newestIndex()) {
        relevant.add(latest.getValue());
      }
    }
    return relevant;
  }

  private long marker;
  private long markerAt;

  /** Whether a write made in this phase was applied by somebody; makes one if there is none. */
  private boolean markerWritten() {
    if (marker != 0 && clients.isApplied(marker)) {
      return true;
    }
    if (marker == 0 || world.now() - markerAt > RETRY_MILLIS) {
      for (SimNode node : nodes) {
        if (node.isUp() && node.core().role() == Role.LEADER) {
          marker = clients.writeMarker(node);
          markerAt = world.now();
        }
      }
    }
    return false;
  }

  // ---- everybody

  private void healAll() {
    network.heal();
    world.note("heal");
    for (SimNode node : nodes) {
      if (!node.isUp() && !node.isGone()) {
        node.start();
      }
    }
    marker = 0;
    await(
        "all members to apply a write and be equal",
        () -> markerWritten() && churn.settled() && equalStates());
    await(
        "disks and transfers to come to an end",
        () -> shipping.isIdle() && nodes.stream().noneMatch(SimNode::isStalled));
    // The leader learns by a probe who has everything though a transfer to him has failed.
    world.runUntil(world.now() + 3L * options.electionTicks() * SimOptions.TICK_MILLIS);
    handOver();
    members().forEach(clients::read);
    List<Long> ids = members().stream().map(node -> node.id).toList();
    await("all reads to be answered or turned down", () -> !clients.hasOpenReads(ids));
    staysCalm();
    staysCalmWithout();
  }

  private boolean equalStates() {
    SimMachine first = leader().machine();
    return members().stream().allMatch(SimNode::isUp)
        && members().stream()
            .map(SimNode::machine)
            .allMatch(m -> m.applied().equals(first.applied()) && m.hash() == first.hash());
  }

  /** Everybody in the newest configuration, once all agree on it. */
  private List<SimNode> members() {
    return configurations.newest().members().stream().map(id -> nodes.get((int) (id - 1))).toList();
  }

  /**
   * A transfer to a member that has everything takes a few messages and syncs. Where ticks run fast
   * they may take longer than an election timeout, and then the election is begun anew.
   */
  private void handOver() {
    SimNode leader = leader();
    List<Long> voters = configurations.newest().voters();
    if (leader == null
        || voters.size() == 1
        || options.electionTicks() < 10
        || options.clockDriftPercent() > 0) {
      return;
    }
    long target = voters.get((voters.indexOf(leader.id) + 1) % voters.size());
    world.note("transfer", leader.id, target);
    leader.step(new Input.Transfer(target));
    world.runUntil(world.now() + HAND_OVER_MILLIS);
    SimNode next = leader();
    if (next == null || next.id != target) {
      throw new SimFailure("leadership was to go to " + target + where());
    }
  }

  /** With nothing wrong the leader stays. */
  private void staysCalm() {
    SimNode leader = leader();
    long term = leader == null ? 0 : leader.core().term();
    world.runUntil(world.now() + 5L * options.electionTicks() * SimOptions.TICK_MILLIS);
    for (SimNode node : members()) {
      if (node.core().term() != term) {
        throw new SimFailure("nothing was wrong, but term " + term + " ended" + where());
      }
    }
  }

  /**
   * One member hears nothing from the leader, and may or may not be heard by it. The others do, so
   * they keep their leader (thesis, section 4.2.3).
   */
  private void staysCalmWithout() {
    SimNode leader = leader();
    Configuration configuration = configurations.newest();
    if (leader == null || configuration.voters().size() < 3) {
      return;
    }
    List<Long> all = configuration.members();
    long lost = all.get((all.indexOf(leader.id) + 1) % all.size());
    network.cut(leader.id, lost);
    if (world.random.nextBoolean()) {
      network.cut(lost, leader.id);
    }
    world.note("cut", leader.id, lost);
    staysCalm();
  }

  /** The leader of the highest term, or null. */
  SimNode leader() {
    SimNode found = null;
    for (SimNode node : nodes) {
      if (node.isUp()
          && node.core().role() == Role.LEADER
          && (found == null || node.core().term() > found.core().term())) {
        found = node;
      }
    }
    return found;
  }

  private void await(String what, BooleanSupplier reached) {
    long deadline = world.now() + PATIENCE_MILLIS;
    while (!reached.getAsBoolean()) {
      if (world.now() >= deadline) {
        throw new SimFailure("waited " + PATIENCE_MILLIS + " ms in vain for " + what + where());
      }
      world.runUntil(world.now() + 50);
    }
  }

  private String where() {
    StringBuilder where = new StringBuilder();
    for (SimNode node : nodes) {
      where.append(" | ").append(node.id).append(' ');
      where.append(
          node.isUp() ? node.core() + " applied " + node.machine().applied().index() : "down");
    }
    return where.toString();
  }
}
