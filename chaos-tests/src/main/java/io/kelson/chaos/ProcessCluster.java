package io.kelson.chaos;

import io.grpc.StatusRuntimeException;
import io.kelson.api.StatusResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of real server processes on this machine's loopback interface.
 *
 * <p>Each member has a data directory and a log file below the cluster's directory. {@link #close}
 * kills every process it started; so does a shutdown hook, so that a test run cut short by Ctrl-C
 * leaves nothing behind. Faults are for one thread at a time.
 */
public final class ProcessCluster implements AutoCloseable {
  private static final Duration CALL_DEADLINE = Duration.ofSeconds(20);

  private final ClusterTiming timing;
  private final List<ClusterNode> nodes;
  private final Map<ClusterNode, MemberClient> probes = new ConcurrentHashMap<>();
  private final Thread lastResort;

  private ProcessCluster(ClusterTiming timing, List<ClusterNode> nodes) {
    this.timing = timing;
    this.nodes = new CopyOnWriteArrayList<>(nodes);
    this.lastResort = new Thread(() -> this.nodes.forEach(ClusterNode::destroy), "cluster-cleanup");
    nodes.forEach(node -> probes.put(node, new MemberClient(node.spec(), CALL_DEADLINE)));
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /** A cluster of that many members on free ports; nothing is started yet. */
  public static ProcessCluster create(
      NodeCommand command, Path directory, int members, String... extraFlags) {
    return create(
        command, directory, ClusterTiming.DEFAULT, Ports.free(2 * members), List.of(extraFlags));
  }

  /**
   * A cluster on given ports; nothing is started yet.
   *
   * @param directory an empty or absent directory on the disk that is to be tested
   * @param ports the client ports of all members, then their peer ports
   */
  public static ProcessCluster create(
      NodeCommand command, Path directory, ClusterTiming timing, List<Integer> ports) {
    return create(command, directory, timing, ports, List.of());
  }

  /**
   * A cluster of members that are all laid out already; nothing is started yet.
   *
   * @param directory for the members' logs, an existing one
   */
  public static ProcessCluster of(
      NodeCommand command, Path directory, ClusterTiming timing, List<NodeSpec> members) {
    List<ClusterNode> nodes =
        members.stream()
            .map(spec -> new ClusterNode(command, spec, directory.resolve(spec.name() + ".log")))
            .toList();
    return new ProcessCluster(timing, nodes);
  }

  /**
   * A cluster on given ports whose members all take these flags as well; nothing is started yet.
   *
   * @param directory an empty or absent directory on the disk that is to be tested
   * @param ports the client ports of all members, then their peer ports
   */
  public static ProcessCluster create(
      NodeCommand command,
      Path directory,
      ClusterTiming timing,
      List<Integer> ports,
      List<String> extraFlags) {
    Ports.requireFree(ports);
    int members = ports.size() / 2;
    String initialCluster =
        IntStream.range(0, members)
            .mapToObj(i -> "m" + (i + 1) + "=http://127.0.0.1:" + ports.get(members + i))
            .collect(Collectors.joining(","));
    List<ClusterNode> nodes = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      String name = "m" + (i + 1);
      NodeSpec spec =
          new NodeSpec(
              name,
              directory.resolve(name),
              ports.get(i),
              ports.get(members + i),
              initialCluster,
              timing,
              extraFlags);
      nodes.add(new ClusterNode(command, spec, directory.resolve(name + ".log")));
    }
    Directories.createEmpty(directory);
    return new ProcessCluster(timing, nodes);
  }

  /**
   * One more process, on free ports, which joins the cluster once it is started; the cluster has to
   * be told first.
   *
   * @param members the members it will be among, as {@code name=url,...} without itself
   */
  public ClusterNode newcomer(String members) {
    ClusterNode first = nodes.get(0);
    String name = "m" + (nodes.size() + 1);
    List<Integer> ports = Ports.free(2);
    Path directory = first.logFile().resolveSibling(name);
    NodeSpec spec =
        new NodeSpec(
            name,
            directory,
            ports.get(0),
            ports.get(1),
            members + "," + name + "=http://127.0.0.1:" + ports.get(1),
            timing,
            first.spec().extraFlags(),
            true);
    return add(spec);
  }

  /** One more member that is laid out already; the cluster has to be told before it is started. */
  public ClusterNode add(NodeSpec spec) {
    ClusterNode first = nodes.get(0);
    ClusterNode node = first.like(spec, first.logFile().resolveSibling(spec.name() + ".log"));
    probes.put(node, new MemberClient(spec, CALL_DEADLINE));
    nodes.add(node);
    return node;
  }

  /** The members, in the order of their names. */
  public List<ClusterNode> nodes() {
    return List.copyOf(nodes);
  }

  /** The members whose processes run. */
  public List<ClusterNode> live() {
    return nodes.stream().filter(ClusterNode::alive).toList();
  }

  /** The timers of every member. */
  public ClusterTiming timing() {
    return timing;
  }

  /** The cluster's harness connection to one member; closed with the cluster. */
  public MemberClient client(ClusterNode node) {
    return probes.get(node);
  }

  /** Starts every member and waits until all follow one leader. */
  public Leadership startAll(Duration bound) {
    nodes.forEach(ClusterNode::start);
    return awaitReady(bound);
  }

  /** Waits until every running member follows the same leader in the same term. */
  public Leadership awaitReady(Duration bound) {
    return awaitLeader("one leader that all running members follow", bound, agreed -> true);
  }

  /** Waits for a leader that all running members follow and that the condition accepts. */
  public Leadership awaitLeader(String what, Duration bound, Predicate<Leadership> condition) {
    return Await.value(
        what,
        bound,
        () -> {
          live().forEach(node -> client(node).reconnectNow());
          requireNoneDied();
          return agreedLeader().filter(condition);
        });
  }

  /** The leader if every running member names the same one in the same term, just now. */
  public Optional<Leadership> agreedLeader() {
    Map<Long, ClusterNode> byId = new HashMap<>();
    List<StatusResponse> answers = new ArrayList<>();
    for (ClusterNode node : live()) {
      Optional<StatusResponse> status = maybeStatus(node);
      if (status.isEmpty() || status.get().getLeader() == 0) {
        return Optional.empty();
      }
      byId.put(status.get().getHeader().getMemberId(), node);
      answers.add(status.get());
    }
    boolean agreed =
        answers.stream().mapToLong(StatusResponse::getLeader).distinct().count() == 1
            && answers.stream().mapToLong(StatusResponse::getRaftTerm).distinct().count() == 1;
    if (!agreed) {
      return Optional.empty();
    }
    long leaderId = answers.get(0).getLeader();
    return Optional.ofNullable(byId.get(leaderId))
        .map(node -> new Leadership(node, leaderId, answers.get(0).getRaftTerm()));
  }

  /** A member's status, or nothing if it does not answer. */
  public Optional<StatusResponse> maybeStatus(ClusterNode node) {
    try {
      return Optional.of(client(node).status());
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** Everything the members printed last, for error messages. */
  public String logTails() {
    return nodes.stream().map(ClusterNode::logTail).collect(Collectors.joining("\n"));
  }

  /** Deletes the members' data but keeps their logs; for a closed cluster. */
  public void deleteData() {
    nodes.forEach(node -> Directories.deleteTree(node.spec().dataDir()));
  }

  @Override
  public void close() {
    probes.values().forEach(MemberClient::close);
    nodes.forEach(ClusterNode::destroy);
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      // The JVM is going down and the hook is running: it does the same.
    }
  }

  /** A member that ended by itself will not become ready: better said now than after the bound. */
  private void requireNoneDied() {
    for (ClusterNode node : nodes) {
      if (node.endedByItself()) {
        throw new IllegalStateException(node.name() + " ended by itself" + node.logTail());
      }
    }
  }
}
