package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.ClusterGrpc;
import io.kelson.api.MemberAddRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A new member joins a cluster whose log does not reach back to the beginning any more: it can only
 * come by snapshot, and is killed and started again on the way to prove that it kept what it got.
 */
class JoinBySnapshotIT {
  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final int PUTS = 8_000;
  private static final int CLIENTS = 8;
  private static final Pattern CUT = Pattern.compile("the log begins after \\d+/[1-9]\\d* now");
  private static final Pattern INSTALLED = Pattern.compile("installed the snapshot of ");

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aNewMemberJoinsWhenTheLogIsCutAlready() throws InterruptedException {
    NodeCommand command = TestCluster.command();
    Assumptions.assumeTrue(
        command.product().equals("kelson"), "reads Kelson's log lines, which etcd does not write");
    ProcessCluster cluster =
        ProcessCluster.create(
            command, TestCluster.directory("join-snapshot"), 1, "--snapshot-count=1000");
    try (cluster) {
      run(cluster);
    } catch (RuntimeException | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    }
    cluster.deleteData();
  }

  private static void run(ProcessCluster cluster) throws InterruptedException {
    ClusterNode first = cluster.startAll(BOUND).node();
    List<PutRecord> puts = fill(cluster, first);

    ClusterNode newcomer = cluster.newcomer(first.name() + "=" + first.spec().peerUrl());
    ClusterGrpc.newBlockingStub(cluster.client(first).channel())
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .memberAdd(MemberAddRequest.newBuilder().addPeerURLs(newcomer.spec().peerUrl()).build());
    newcomer.start();
    Await.until("a snapshot is installed", BOUND, () -> hasLine(newcomer, INSTALLED));
    newcomer.kill9();
    newcomer.start();
    cluster.awaitReady(BOUND);

    long last = cluster.client(first).put("after", "joined").getHeader().getRevision();
    Await.until(
        newcomer.name() + " holds revision " + last,
        BOUND,
        () -> cluster.client(newcomer).get("after", true).getHeader().getRevision() >= last);
    List<StoredKey> there = cluster.client(newcomer).allAt("k/", last);
    assertThat(HistoryCheck.stateHolds(newcomer.name(), puts, there)).isEmpty();
    assertThat(there).isEqualTo(cluster.client(first).allAt("k/", last));
  }

  private static List<PutRecord> fill(ProcessCluster cluster, ClusterNode node)
      throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong acked = new AtomicLong();
    List<PutClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new PutClient(i, "k/", List.of(cluster.client(node)), stop::get, acked));
      threads.add(new Thread(clients.get(i), "put-" + i));
    }
    threads.forEach(Thread::start);
    try {
      Await.until(PUTS + " puts", BOUND, () -> acked.get() >= PUTS);
      Await.until("the log is cut", BOUND, () -> hasLine(node, CUT));
    } finally {
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return clients.stream().flatMap(client -> client.records().stream()).toList();
  }

  private static boolean hasLine(ClusterNode node, Pattern pattern) {
    try {
      return pattern.matcher(Files.readString(node.logFile())).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
