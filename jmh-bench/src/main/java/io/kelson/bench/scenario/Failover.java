package io.kelson.bench.scenario;

import com.google.protobuf.ByteString;
import io.kelson.api.PutResponse;
import io.kelson.bench.KeySpace;
import io.kelson.bench.PutWorkload;
import io.kelson.bench.Values;
import io.kelson.chaos.Await;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.MemberClient;
import io.kelson.chaos.ProcessCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How long nothing can be written after the leader was killed, with the timers that both products
 * have by default.
 */
record Failover(ScenarioSizes sizes) implements Scenario {
  private static final KeySpace KEYS = new KeySpace(1_000, 16);
  private static final int WARM_UP_PUTS = 5_000;
  private static final int CLIENTS = 8;

  @Override
  public List<Row> rows() {
    String longest = sizes.kills() < 100 ? ", which is the longest" : "";
    return Stream.of("p50 of " + sizes.kills() + " kills", "p99 of " + sizes.kills() + " kills")
        .map(
            which ->
                new Row(
                    "failover to the first acknowledged put, "
                        + which
                        + (which.startsWith("p99") ? longest : ""),
                    Row.Unit.SECONDS,
                    Bound.ofOther(0.9)))
        .toList();
  }

  @Override
  public List<Reading> run(Stage stage) throws InterruptedException {
    stage.cluster().startAll(Stage.START_BOUND);
    stage.drive(new PutWorkload(KEYS, sizes.valueBytes(), false), CLIENTS, CLIENTS, WARM_UP_PUTS);
    SplittableRandom random = new SplittableRandom(sizes.kills());
    List<Double> seconds = new ArrayList<>();
    for (int kill = 1; kill <= sizes.kills(); kill++) {
      stage.progress().show("failover " + kill + " of " + sizes.kills());
      ByteString key = KEYS.key(random.nextLong(KEYS.size()));
      seconds.add(round(stage.cluster(), key, Values.random(sizes.valueBytes(), random)));
    }
    stage.progress().clear();
    return List.of(
        Reading.of(seconds, all -> percentile(all, 50)),
        Reading.of(seconds, all -> percentile(all, 99)));
  }

  /**
   * Nothing is asked before the leader is gone: a put that it still acknowledged would end the
   * round too early. The clock runs from before the kill all the same.
   */
  private static double round(ProcessCluster cluster, ByteString key, ByteString value)
      throws InterruptedException {
    ClusterNode leader = cluster.awaitReady(Stage.START_BOUND).node();
    List<MemberClient> survivors =
        cluster.nodes().stream().filter(node -> node != leader).map(cluster::client).toList();
    long startNanos = System.nanoTime();
    leader.kill9();
    FirstAnswer<PutResponse> first =
        FirstAnswer.await(
            "a put after the leader was killed",
            Stage.START_BOUND,
            FirstAnswer.OFTEN,
            survivors,
            Questions.put(key, value),
            reply -> true);
    leader.start();
    cluster.awaitReady(Stage.START_BOUND);
    long revision = first.answer().getHeader().getRevision();
    Await.until(
        leader.name() + " has caught up",
        Stage.START_BOUND,
        () ->
            cluster
                .maybeStatus(leader)
                .filter(status -> status.getHeader().getRevision() >= revision)
                .isPresent());
    return first.secondsSince(startNanos);
  }

  /** The smallest of these that so many percent of them are not above. */
  static double percentile(List<Double> values, int percent) {
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(sorted.size() * percent / 100.0);
    return sorted.get(Math.max(rank, 1) - 1);
  }
}
