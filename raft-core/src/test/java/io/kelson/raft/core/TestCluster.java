package io.kelson.raft.core;

import io.kelson.raft.core.Message.AppendRequest;
import io.kelson.raft.membership.ConfigEntry;
import io.kelson.raft.membership.Configuration;
import io.kelson.raft.membership.ConfigurationChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * A few members whose network, disks and state machines move only when told to.
 *
 * <p>What a member wants to send lies in {@link #network}, what it wants to write and apply in its
 * own queues.
 */
final class TestCluster {
  /** One member and what surrounds it. */
  static final class Member {
    final long id;
    final MemberDisk disk = new MemberDisk();
    final ArrayDeque<PersistBatch> writes = new ArrayDeque<>();
    final ArrayDeque<Committed> toApply = new ArrayDeque<>();
    final List<Entry> applied = new ArrayList<>();
    final List<ReadReady> readsReady = new ArrayList<>();
    final List<Rejection> rejections = new ArrayList<>();
    final ConfigEntry started;
    RaftCore core;

    /** A snapshot whose installation the core waits for. */
    Snapshot installing;

    SnapshotInstall order;

    Member(long id, ConfigEntry started) {
      this.id = id;
      this.started = started;
    }

    /** The configuration as of what is applied, null if none has been in the log. */
    ConfigEntry appliedConfig() {
      return applied.stream()
          .filter(entry -> entry.type() == EntryType.CONFIG)
          .reduce((earlier, later) -> later)
          .map(entry -> ConfigEntry.decode(entry.data()))
          .orElse(started);
    }
  }

  /** A state: everything applied, and the members as of then. */
  record Snapshot(long from, long term, List<Entry> applied, ConfigEntry config) {
    LogPosition position() {
      return applied.get(applied.size() - 1).position();
    }
  }

  final TreeMap<Long, Member> members = new TreeMap<>();
  final List<Message> network = new ArrayList<>();

  /** Snapshots asked for and not shipped, by sender and receiver. */
  final TreeMap<Long, List<SnapshotRequest>> shipments = new TreeMap<>();

  /** How many snapshots have been installed. */
  int installed;

  private final Configuration configuration;
  private final CoreConfig config;
  private final RandomGenerator random;
  private Consumer<String> trace = line -> {};

  /**
   * Members 1 to {@code size}.
   *
   * @param random handed to every member; null for timeouts of electionTicks + own id
   */
  TestCluster(int size, CoreConfig template, RandomGenerator random) {
    this(Configuration.of(LongStream.rangeClosed(1, size).boxed().toList()), template, random);
  }

  TestCluster(Configuration configuration, CoreConfig template, RandomGenerator random) {
    this.configuration = configuration;
    this.config = template;
    this.random = random;
    for (long id : configuration.members()) {
      Member member = new Member(id, ConfigEntry.of(configuration));
      member.disk.baseConfig(member.started);
      members.put(id, member);
      start(id);
    }
  }

  /** A member comes up that has never run, and that nobody has heard of yet. */
  void join(long id) {
    members.put(id, new Member(id, null));
    start(id);
  }

  /** Settings small enough for a scenario to read: elections after 10 ticks, heartbeats each 3. */
  static CoreConfig smallConfig() {
    return new CoreConfig(
        1, Configuration.of(List.of(1L)), 10, 3, 1 << 16, 8, 1 << 18, 1 << 20, 1 << 20, 1 << 20);
  }

  void traceTo(Consumer<String> sink) {
    trace = sink;
  }

  void start(long id) {
    Member member = members.get(id);
    CoreConfig own =
        new CoreConfig(
            id,
            configuration,
            config.electionTicks(),
            config.heartbeatTicks(),
            config.maxAppendBytes(),
            config.maxInflightMessages(),
            config.maxInflightBytes(),
            config.maxUncommittedBytes(),
            config.entryCacheBytes(),
            config.maxApplyBytes());
    member.core =
        new RaftCore(
            own,
            member.disk.restored(3),
            member.applied.size(),
            random == null ? new FixedRandom((int) id) : random);
  }

  /** Forgets all that is not on disk; what was applied stays, as if flushed. */
  void crash(long id) {
    Member member = members.get(id);
    member.writes.clear();
    member.toApply.clear();
    member.installing = null;
    shipments.remove(id);
    member.core = null;
  }

  boolean isUp(long id) {
    return members.containsKey(id) && members.get(id).core != null;
  }

  RaftCore core(long id) {
    return members.get(id).core;
  }

  Effects step(long id, Input input) {
    Member member = members.get(id);
    Effects effects = member.core.step(input);
    Trace.effects(id, effects).forEach(trace);
    network.addAll(effects.send());
    for (LogFetch fetch : effects.fetches()) {
      carryOut(member, fetch);
    }
    if (effects.cut() != null) {
      member.disk.cut(effects.cut());
    }
    if (!effects.snapshots().isEmpty()) {
      shipments.computeIfAbsent(id, any -> new ArrayList<>()).addAll(effects.snapshots());
    }
    if (effects.persist() != null) {
      member.writes.add(effects.persist());
    }
    if (effects.committed() != null) {
      member.toApply.add(effects.committed());
    }
    member.readsReady.addAll(effects.readsReady());
    member.rejections.addAll(effects.rejections());
    return effects;
  }

  private void carryOut(Member member, LogFetch fetch) {
    List<Entry> entries = member.disk.read(fetch.prev().index() + 1, fetch.hi());
    if (!entries.isEmpty() && entries.get(entries.size() - 1).term() == fetch.lastTerm()) {
      network.add(
          new AppendRequest(
              fetch.from(),
              fetch.to(),
              fetch.term(),
              fetch.prev(),
              entries,
              fetch.commit(),
              fetch.round()));
    }
  }

  /** What a member would ship now. */
  Snapshot snapshot(long id, long term) {
    Member member = members.get(id);
    return new Snapshot(id, term, List.copyOf(member.applied), member.appliedConfig());
  }

  /**
   * The oldest snapshot that a member was asked for gets to its receiver; false if there is none.
   */
  boolean ship(long from) {
    SnapshotRequest request = nextShipment(from);
    if (request == null) {
      return false;
    }
    if (!isUp(request.to())) {
      step(from, new Input.SnapshotShipped(request.to(), null));
      return true;
    }
    Snapshot snapshot = snapshot(from, request.term());
    receive(request.to(), snapshot);
    step(from, new Input.SnapshotShipped(request.to(), snapshot.position()));
    return true;
  }

  /** A snapshot on its way. */
  record Shipment(long to, Snapshot snapshot) {}

  /** The oldest snapshot that a member was asked for, made and not yet shipped; or null. */
  Shipment hold(long from) {
    SnapshotRequest request = nextShipment(from);
    return request == null ? null : new Shipment(request.to(), snapshot(from, request.term()));
  }

  /** The oldest one gets lost. */
  boolean lose(long from) {
    SnapshotRequest request = nextShipment(from);
    if (request != null) {
      step(from, new Input.SnapshotShipped(request.to(), null));
    }
    return request != null;
  }

  private SnapshotRequest nextShipment(long from) {
    List<SnapshotRequest> waiting = shipments.getOrDefault(from, new ArrayList<>());
    return waiting.isEmpty() ? null : waiting.remove(0);
  }

  void receive(long id, Snapshot snapshot) {
    Effects effects =
        step(
            id,
            new Input.SnapshotReceived(
                snapshot.from(), snapshot.term(), snapshot.position(), snapshot.config()));
    if (effects.install() != null) {
      members.get(id).installing = snapshot;
      members.get(id).order = effects.install();
    }
  }

  /** Carries out an installation, after everything else that was asked for; false if none is. */
  boolean install(long id) {
    Member member = members.get(id);
    Snapshot snapshot = member.installing;
    if (snapshot == null) {
      return false;
    }
    while (persistOne(id) | applyOne(id)) {}
    member.disk.reset(member.order, snapshot.config());
    member.applied.clear();
    member.applied.addAll(snapshot.applied());
    member.installing = null;
    installed++;
    step(id, new Input.SnapshotInstalled(snapshot.position()));
    return true;
  }

  void change(long id, List<Long> voters, List<Long> learners) {
    ConfigurationChange target = new ConfigurationChange(voters, learners);
    step(id, new Input.ChangeConfiguration(id, target, new byte[] {(byte) voters.size()}));
  }

  void tick(long id, int times) {
    for (int i = 0; i < times; i++) {
      step(id, new Input.Tick(0));
    }
  }

  void propose(long id, String... commands) {
    List<Proposal> proposals = new ArrayList<>();
    for (String command : commands) {
      proposals.add(new Proposal(proposals.size() + 1, command.getBytes(StandardCharsets.UTF_8)));
    }
    step(id, new Input.Propose(proposals));
  }

  /** The oldest write of a member reaches its disk; false if there is none. */
  boolean persistOne(long id) {
    Member member = members.get(id);
    PersistBatch batch = member.writes.poll();
    if (batch == null) {
      return false;
    }
    member.disk.write(batch);
    network.addAll(batch.sendAfter());
    trace.accept(Trace.durable(id, batch));
    step(id, new Input.Persisted(batch.write()));
    return true;
  }

  boolean applyOne(long id) {
    Member member = members.get(id);
    Committed committed = member.toApply.poll();
    if (committed == null) {
      return false;
    }
    List<Entry> entries =
        committed.entries().isEmpty()
            ? member.disk.read(committed.lo(), committed.hi())
            : committed.entries();
    for (Entry entry : entries) {
      if (entry.index() != member.applied.size() + 1) {
        throw new AssertionError(id + " applies " + entry + " after " + member.applied.size());
      }
      member.applied.add(entry);
    }
    if (member.applied.size() != committed.hi() - 1) {
      throw new AssertionError(id + " could not read all of " + committed);
    }
    step(id, new Input.Applied(committed.hi() - 1));
    return true;
  }

  /** Delivers the messages now under way that match, in order; returns how many. */
  int deliver(Predicate<Message> which) {
    List<Message> now = network.stream().filter(which).toList();
    network.removeAll(now);
    for (Message message : now) {
      if (isUp(message.to())) {
        trace.accept("  " + Trace.message(message) + " arrives");
        step(message.to(), new Input.Receive(message));
      }
    }
    return now.size();
  }

  int drop(Predicate<Message> which) {
    int before = network.size();
    network.removeIf(which);
    return before - network.size();
  }

  /** Writes, applies and delivers until nothing is left to do. */
  void stabilize() {
    boolean busy = true;
    for (int rounds = 0; busy; rounds++) {
      if (rounds > 10_000) {
        throw new AssertionError("the cluster never comes to rest; under way: " + network);
      }
      busy = false;
      for (Member member : members.values()) {
        while (member.core != null
            && (persistOne(member.id)
                | applyOne(member.id)
                | ship(member.id)
                | install(member.id))) {
          busy = true;
        }
      }
      busy |= deliver(message -> true) > 0;
    }
  }

  /** Makes a member leader by letting it wait long enough, and lets everything settle. */
  void elect(long id) {
    for (int i = 0; i < 60 && core(id).role() != Role.LEADER; i++) {
      tick(id, 1);
      stabilize();
    }
    if (core(id).role() != Role.LEADER) {
      throw new AssertionError(id + " was not elected: " + core(id));
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Member member : members.values()) {
      text.append("\n  ").append(member.core == null ? member.id + " is down" : member.core);
    }
    return text.toString();
  }

  /** The leader of the highest term, or 0. */
  long leader() {
    long leader = 0;
    for (Member member : members.values()) {
      if (member.core != null
          && member.core.role() == Role.LEADER
          && (leader == 0 || member.core.term() > core(leader).term())) {
        leader = member.id;
      }
    }
    return leader;
  }
}
