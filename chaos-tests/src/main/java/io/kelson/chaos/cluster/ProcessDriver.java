package io.kelson.chaos.cluster;

import io.kelson.api.StatusResponse;
import io.kelson.chaos.Await;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.Directories;
import io.kelson.chaos.Leadership;
import io.kelson.chaos.Login;
import io.kelson.chaos.NodeSpec;
import io.kelson.chaos.Ports;
import io.kelson.chaos.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Members as processes of this machine, which reach each other through a proxy, on disks of their
 * own if asked for.
 *
 * <p>Faults may come from several threads as long as each member is one thread's at a time. A
 * shutdown hook ends what {@link #close} would have ended.
 */
public final class ProcessDriver
    implements ChaosCluster,
        Processes,
        LinkStats,
        DiskFaults,
        SyncFaults,
        ClockFaults,
        Repairs,
        Membership,
        PeerPorts {
  private static final int MOST_MEMBERS = 16;

  private final ProcessOptions options;
  private final Abilities abilities;
  private final Preloads preloads;
  private final FaultProxy proxy;
  private final List<LoopDisk> disks = new ArrayList<>();
  private final ProcessCluster cluster;
  private final MemberChanges changes;
  private final Map<Long, Integer> repairs = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread lastResort = new Thread(this::close, "driver-cleanup");

  private ProcessDriver(ProcessOptions options) {
    this.options = options;
    Path directory = options.directory().toAbsolutePath();
    Directories.createEmpty(directory);
    this.abilities = Abilities.probe(options);
    this.preloads = new Preloads(directory, options.syncFaults(), options.clockFaults());
    this.proxy = new FaultProxy(MOST_MEMBERS, options.seed(), new SocketOwners(this::pids));
    try {
      this.cluster =
          ProcessCluster.of(options.command(), directory, options.timing(), layOut(directory));
    } catch (RuntimeException e) {
      release();
      throw e;
    }
    this.changes = new MemberChanges(cluster, this::start);
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /**
   * Lays out a cluster; nothing is started yet.
   *
   * @throws IllegalStateException if an option asks for what this machine does not have
   */
  public static ProcessDriver create(ProcessOptions options) {
    return new ProcessDriver(options);
  }

  @Override
  public String driver() {
    return "process";
  }

  @Override
  public String product() {
    return abilities.product();
  }

  @Override
  public int size() {
    return cluster.nodes().size();
  }

  @Override
  public Optional<String> missing(Ability ability) {
    return abilities.missing(ability);
  }

  @Override
  public String endpoint(int member) {
    return node(member).spec().endpoint();
  }

  @Override
  public List<String> endpoints() {
    return cluster.nodes().stream().map(node -> node.spec().endpoint()).toList();
  }

  @Override
  public Duration electionTimeout() {
    return Duration.ofMillis(options.timing().electionTimeoutMillis());
  }

  @Override
  public void startAll(Duration bound) {
    IntStream.range(0, size()).filter(member -> !isRunning(member)).forEach(this::start);
    awaitHealthy(bound);
  }

  @Override
  public void start(int member) {
    node(member).setVariables(preloads.variables(node(member).name()));
    proxy.down(member, false);
    node(member).start();
  }

  @Override
  public void kill(int member) {
    // First, as the others dial again at once; the port of an ended process turns them away.
    proxy.down(member, true);
    node(member).kill9();
  }

  @Override
  public void stop(int member) {
    node(member).stop();
  }

  @Override
  public void pause(int member) {
    node(member).pause();
  }

  @Override
  public void resume(int member) {
    node(member).resume();
  }

  @Override
  public boolean isRunning(int member) {
    return node(member).alive();
  }

  @Override
  public boolean endedByItself(int member) {
    return node(member).endedByItself();
  }

  @Override
  public void link(int from, int to, LinkRule rule) {
    proxy.link(from, to, rule);
  }

  @Override
  public void refuse(int member, boolean refuses) {
    require(Ability.PORTS);
    proxy.refuse(member, refuses);
  }

  @Override
  public boolean turnsAway(int member) {
    return !Ports.accepts(proxy.address(member).getPort());
  }

  @Override
  public void openLinks() {
    proxy.openLinks();
  }

  @Override
  public long passed(int from, int to) {
    return counts(from, to).bytes();
  }

  @Override
  public Counts counts(int from, int to) {
    return proxy.counts(from, to);
  }

  @Override
  public Optional<Integer> leader() {
    return cluster.agreedLeader().map(leader -> cluster.nodes().indexOf(leader.node()));
  }

  @Override
  public long term() {
    return cluster.live().stream()
        .flatMap(node -> cluster.maybeStatus(node).stream())
        .mapToLong(StatusResponse::getRaftTerm)
        .findFirst()
        .orElse(0);
  }

  /** The member id of the leader that this member knows; empty if it knows none, or is silent. */
  public OptionalLong leaderIdFrom(int member) {
    return cluster
        .maybeStatus(node(member))
        .filter(status -> status.getLeader() != 0)
        .map(status -> OptionalLong.of(status.getLeader()))
        .orElseGet(OptionalLong::empty);
  }

  @Override
  public Path dataDir(int member) {
    return node(member).spec().dataDir();
  }

  @Override
  public Path log(int member) {
    return node(member).logFile();
  }

  @Override
  public void awaitHealthy(Duration bound) {
    Instant end = Instant.now().plus(bound);
    Leadership leader =
        cluster.awaitLeader(
            "one leader of all " + size() + " members",
            bound,
            agreed -> cluster.live().size() == size());
    long committed =
        Await.value(
                "the leader's commit index", left(end), () -> cluster.maybeStatus(leader.node()))
            .getRaftIndex();
    for (ClusterNode node : cluster.nodes()) {
      Await.until(
          node.name() + " to apply the log up to " + committed,
          left(end),
          () ->
              cluster
                  .maybeStatus(node)
                  .filter(s -> s.getRaftAppliedIndex() >= committed)
                  .isPresent());
    }
  }

  @Override
  public OptionalLong pid(int member) {
    return isRunning(member) ? OptionalLong.of(node(member).pid()) : OptionalLong.empty();
  }

  @Override
  public char state(int member) {
    OptionalLong pid = pid(member);
    if (pid.isEmpty()) {
      return '-';
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid.getAsLong()), "stat"));
      // The name before it is in parentheses and may hold anything.
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return '-';
    }
  }

  @Override
  public void cutPower(List<Integer> members) {
    List<LoopDisk> affected = members.stream().map(this::disk).toList();
    affected.forEach(LoopDisk::writeWitness);
    // Between the cut and the kill a member may meet the dead disk and end by itself.
    members.stream().filter(this::isRunning).forEach(member -> node(member).expectEnd());
    LoopDisk.shutDown(affected);
    members.stream().filter(this::isRunning).forEach(this::kill);
  }

  @Override
  public long restorePower(int member) {
    disk(member).remount();
    long left = disk(member).witnessBytes();
    disk(member).forgetWitness();
    return left;
  }

  @Override
  public long witnessBytes() {
    return LoopDisk.fullWitnessBytes();
  }

  @Override
  public long fill(int member) {
    if (options.command().product().equals("etcd")) {
      // etcd gives up on a full disk, which it says it does.
      node(member).expectEnd();
    }
    return disk(member).fill();
  }

  @Override
  public void free(int member) {
    disk(member).free();
  }

  @Override
  public void freeze(int member) {
    disk(member).freeze();
  }

  @Override
  public void thaw(int member) {
    disk(member).thaw();
  }

  @Override
  public void failSyncs(int member, double chance) {
    require(Ability.SYNC_FAULTS);
    if (chance > 0) {
      // A server that goes on after a failed sync has lost its reason to; ending is right.
      node(member).expectEnd();
    }
    preloads.failSyncs(node(member).name(), node(member).pid(), chance);
  }

  @Override
  public void setClock(int member, Duration ahead) {
    require(Ability.CLOCK);
    preloads.setClock(node(member).name(), ahead);
  }

  @Override
  public Instant clock(int member) {
    require(Ability.CLOCK);
    return preloads.clock(node(member).name());
  }

  @Override
  public boolean refusesItsFiles(int member, Duration bound) {
    start(member);
    node(member).expectEnd();
    try {
      return node(member).awaitExit(bound) != 0;
    } catch (IllegalStateException e) {
      // It runs on.
      return false;
    }
  }

  @Override
  public String repair(int member, int through) {
    require(Ability.FILES);
    List<String> line =
        List.of(
            options.command().prefix().get(0),
            "repair",
            "--yes",
            "--data-dir=" + dataDir(member),
            "--endpoints=http://" + endpoint(through),
            // Asked for only where authentication is on.
            "--user=" + Login.ROOT.user() + ":" + Login.ROOT.password());
    // It dials the others' peer ports in the member's place, so its bytes are the member's.
    Commands.Result result =
        Commands.run(Map.of("KELSON_NO_BUILD", "1"), line, pid -> repairs.put(pid, member));
    repairs.values().remove(member);
    if (!result.ok()) {
      throw new IllegalStateException("repair of member " + member + ": " + result.output());
    }
    return result.output();
  }

  @Override
  public Optional<Seat> seat(int member, Duration bound) {
    return changes.seat(member, bound);
  }

  @Override
  public OptionalInt remove(int member, Duration bound) {
    require(Ability.MEMBERSHIP);
    return changes.remove(member, bound);
  }

  @Override
  public long rejoin(int member, Duration bound) {
    return changes.rejoin(member, bound);
  }

  @Override
  public Optional<String> maybePromote(int member) {
    return changes.maybePromote(member);
  }

  @Override
  public long complete(int member, Duration bound) {
    return changes.complete(member, bound);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    // A process that waits for a frozen disk cannot be killed.
    for (LoopDisk disk : disks) {
      Commands.run("fsfreeze", "--unfreeze", disk.mountPoint().toString());
    }
    cluster.close();
    release();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      // The JVM is going down, and this is the hook.
    }
  }

  private void release() {
    proxy.close();
    disks.forEach(LoopDisk::close);
  }

  private List<NodeSpec> layOut(Path directory) {
    int members = options.members();
    List<Integer> ports = Ports.free(2 * members);
    List<Integer> proxied = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      proxied.add(proxy.listen(i, ports.get(members + i)));
    }
    String all =
        IntStream.range(0, members)
            .mapToObj(i -> name(i) + "=http://127.0.0.1:" + proxied.get(i))
            .collect(Collectors.joining(","));
    List<NodeSpec> specs = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      Path own = directory.resolve(name(i));
      if (options.diskBytes() > 0) {
        Path image = directory.resolve(name(i) + ".img");
        disks.add(LoopDisk.create(image, own, options.diskBytes()));
      }
      specs.add(
          new NodeSpec(
                  name(i),
                  own.resolve("data"),
                  ports.get(i),
                  proxied.get(i),
                  all,
                  options.timing(),
                  options.extraFlags())
              .withListenPeerPort(ports.get(members + i)));
      Directories.create(own);
    }
    return specs;
  }

  private Map<Long, Integer> pids() {
    Map<Long, Integer> pids = new HashMap<>(repairs);
    for (int i = 0; i < size(); i++) {
      int member = i;
      pid(i).ifPresent(pid -> pids.put(pid, member));
    }
    return pids;
  }

  private ClusterNode node(int member) {
    return cluster.nodes().get(member);
  }

  private LoopDisk disk(int member) {
    require(Ability.POWER);
    return disks.get(member);
  }

  private void require(Ability ability) {
    missing(ability)
        .ifPresent(
            why -> {
              throw new UnsupportedOperationException(ability + ": " + why);
            });
  }

  private static String name(int member) {
    return "m" + (member + 1);
  }

  private static Duration left(Instant end) {
    return Duration.between(Instant.now(), end);
  }
}
