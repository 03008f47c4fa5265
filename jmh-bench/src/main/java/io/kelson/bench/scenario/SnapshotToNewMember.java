package io.kelson.bench.scenario;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.MemberAddRequest;
import io.kelson.bench.KeySpace;
import io.kelson.chaos.Await;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.NodeSpec;
import io.kelson.chaos.ProcessCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What puts wait for while a member that has nothing is given everything. Entries enough are in the
 * log by then for both products to have cut it: the newcomer cannot be given the log instead.
 */
record SnapshotToNewMember(ScenarioSizes sizes) implements Scenario {
  /** What either product's newcomer prints when it has taken a snapshot over. */
  private static final Pattern INSTALLED =
      Pattern.compile(
          "installed the snapshot of |finished applying incoming snapshot|\"applied snapshot\"");

  private static final String SNAPSHOTS = "snapshots installed";
  private static final long CALL_SECONDS = 20;

  /**
   * The default of newer versions of etcd, unless there are too few entries for it: transactions
   * that fill, and puts before the newcomer comes. A third of these is cut off the log twice.
   */
  @Override
  public List<String> flags() {
    double puts = sizes.ratePerSecond() * (sizes.warmupSeconds() + sizes.phaseSeconds());
    long entries = sizes.keys() / TxnFill.PUTS + (long) puts;
    long cutAfter = Math.min(10_000, Math.max(100, entries / 3));
    return List.of(FullStore.LARGE_QUOTA, "--snapshot-count=" + cutAfter);
  }

  @Override
  public List<Row> rows() {
    return List.of(
        new Row(
            "snapshot of " + sizes.keys() + " keys to a new member: put p99 meanwhile",
            Row.Unit.MILLISECONDS,
            Bound.ofOwnIdle(1.3),
            Meanwhile.TOOK,
            SNAPSHOTS));
  }

  @Override
  public List<Reading> run(Stage stage) throws InterruptedException {
    ProcessCluster cluster = stage.cluster();
    ClusterNode leader = cluster.startAll(Stage.START_BOUND).node();
    KeySpace keys = new KeySpace(sizes.keys(), 16);
    TxnFill.fill(stage, keys, sizes.valueBytes());
    NodeSpec spec = newcomer(cluster, stage.freePorts());
    Reading reading = Meanwhile.putP99(stage, keys, sizes, () -> join(cluster, leader, spec, keys));
    return List.of(reading.with(SNAPSHOTS, installed(cluster, spec)));
  }

  private static NodeSpec newcomer(ProcessCluster cluster, List<Integer> ports) {
    NodeSpec first = cluster.nodes().get(0).spec();
    String name = "m" + (cluster.nodes().size() + 1);
    return new NodeSpec(
        name,
        first.dataDir().resolveSibling(name),
        ports.get(0),
        ports.get(1),
        first.initialCluster() + "," + name + "=http://127.0.0.1:" + ports.get(1),
        first.timing(),
        first.extraFlags(),
        true);
  }

  /** Returns when the newcomer has all that the cluster had when it came. */
  private static void join(ProcessCluster cluster, ClusterNode leader, NodeSpec spec, KeySpace keys)
      throws InterruptedException {
    long revision = cluster.client(leader).status().getHeader().getRevision();
    Await.until(
        "the cluster takes another member",
        Stage.START_BOUND,
        () -> maybeAdd(cluster.client(leader).channel(), spec));
    ClusterNode newcomer = cluster.add(spec);
    newcomer.start();
    FirstAnswer.await(
        newcomer.name() + " holding revision " + revision,
        Stage.DATA_BOUND,
        FirstAnswer.SELDOM,
        List.of(cluster.client(newcomer)),
        Questions.get(keys.key(0), true),
        reply -> reply.getKvsCount() == 1 && reply.getHeader().getRevision() >= revision);
  }

  /** False if asked too early: etcd refuses until its members were connected for five seconds. */
  private static boolean maybeAdd(Channel channel, NodeSpec spec) {
    try {
      ClusterGrpc.newBlockingStub(channel)
          .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
          .memberAdd(MemberAddRequest.newBuilder().addPeerURLs(spec.peerUrl()).build());
      return true;
    } catch (StatusRuntimeException e) {
      if (String.valueOf(e.getStatus().getDescription()).contains("unhealthy cluster")) {
        return false;
      }
      throw e;
    }
  }

  private static long installed(ProcessCluster cluster, NodeSpec spec) {
    ClusterNode newcomer =
        cluster.nodes().stream().filter(node -> node.spec() == spec).findFirst().orElseThrow();
    try (Stream<String> lines = Files.lines(newcomer.logFile(), StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> INSTALLED.matcher(line).find()).count();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + newcomer.logFile(), e);
    }
  }
}
