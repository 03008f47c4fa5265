package io.kelson.bench.scenario;

import io.kelson.api.CompactionRequest;
import io.kelson.api.KVGrpc;
import io.kelson.bench.KeySpace;
import io.kelson.bench.LoadResult;
import io.kelson.bench.PutWorkload;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.ProcessCluster;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What puts wait for while old revisions are thrown away. Each revision is a put of its own, ten to
 * a key: a transaction would make one revision of many puts.
 */
record Compaction(ScenarioSizes sizes) implements Scenario {
  private static final int REVISIONS_PER_KEY = 10;
  private static final int CLIENTS = 1_000;
  private static final int CONNECTIONS = 100;
  private static final int ATTEMPTS = 5;

  @Override
  public List<String> flags() {
    return List.of(FullStore.LARGE_QUOTA);
  }

  @Override
  public List<Row> rows() {
    return List.of(
        new Row(
            "compaction of " + sizes.revisions() + " revisions: put p99 meanwhile",
            Row.Unit.MILLISECONDS,
            Bound.ofOwnIdle(1.3),
            Meanwhile.TOOK));
  }

  @Override
  public List<Reading> run(Stage stage) throws InterruptedException {
    ProcessCluster cluster = stage.cluster();
    ClusterNode leader = cluster.startAll(Stage.START_BOUND).node();
    KeySpace keys = new KeySpace(Math.max(1, sizes.revisions() / REVISIONS_PER_KEY), 16);
    write(stage, keys, leader);
    return List.of(Meanwhile.putP99(stage, keys, sizes, () -> compact(cluster, leader)));
  }

  private void write(Stage stage, KeySpace keys, ClusterNode leader) throws InterruptedException {
    PutWorkload puts = new PutWorkload(keys, sizes.valueBytes(), true);
    for (int i = 0; i < ATTEMPTS; i++) {
      long missing = sizes.revisions() - revision(stage.cluster(), leader);
      if (missing <= 0) {
        return;
      }
      LoadResult result = stage.drive(puts, CLIENTS, CONNECTIONS, missing);
      if (result.operations() == 0) {
        throw new IllegalStateException("writing revisions failed: " + result.errors());
      }
    }
    throw new IllegalStateException("writing " + sizes.revisions() + " revisions failed");
  }

  /** Returns when the server says that the revisions are gone from its files. */
  private static void compact(ProcessCluster cluster, ClusterNode leader) {
    long upTo = revision(cluster, leader) - ScenarioSizes.COMPACTION_KEEPS;
    KVGrpc.newBlockingStub(cluster.client(leader).channel())
        .withDeadlineAfter(Stage.DATA_BOUND.toSeconds(), TimeUnit.SECONDS)
        .compact(CompactionRequest.newBuilder().setRevision(upTo).setPhysical(true).build());
  }

  private static long revision(ProcessCluster cluster, ClusterNode node) {
    return cluster.client(node).status().getHeader().getRevision();
  }
}
