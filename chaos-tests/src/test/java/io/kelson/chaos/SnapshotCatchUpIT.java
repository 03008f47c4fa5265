package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A member that was away for longer than the log reaches back comes back by snapshot, while writes
 * go on.
 *
 * <p>{@code -Dchaos.catchup-puts=200000} makes it stay away for longer, {@code
 * -Dchaos.catchup-value-bytes=1000} makes its snapshot larger. Prints what a put took before and
 * while the snapshot was on its way; only on an idle machine do these figures mean anything.
 */
@LongRun
class SnapshotCatchUpIT {
  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final int PUTS = Integer.getInteger("chaos.catchup-puts", 20_000);
  private static final int VALUE_BYTES = Integer.getInteger("chaos.catchup-value-bytes", 0);
  private static final int PAGE_KEYS = Math.max(1, 4_000_000 / (VALUE_BYTES + 4_000));
  private static final int CLIENTS = 8;
  private static final Pattern CUT = Pattern.compile("the log begins after \\d+/(\\d+) now");
  private static final Pattern SHIPPING = Pattern.compile("shipping a snapshot of \\d+/(\\d+)");
  private static final Pattern INSTALLED = Pattern.compile("installed the snapshot of \\d+/(\\d+)");

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void aMemberThatWasAwayComesBackBySnapshotWhileWritesGoOn() throws InterruptedException {
    NodeCommand command = TestCluster.command();
    Assumptions.assumeTrue(
        command.product().equals("kelson"), "reads Kelson's log lines, which etcd does not write");
    ProcessCluster cluster =
        ProcessCluster.create(
            command, TestCluster.directory("catch-up"), 3, "--snapshot-count=1000");
    try (cluster) {
      run(cluster);
    } catch (RuntimeException | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    }
    cluster.deleteData();
  }

  private static void run(ProcessCluster cluster) throws InterruptedException {
    ClusterNode leader = cluster.startAll(BOUND).node();
    ClusterNode away =
        cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    cluster.client(leader).put("before", "kept");
    long lastSeen = cluster.client(away).status().getRaftIndex();
    long termBefore = cluster.client(leader).status().getRaftTerm();
    away.kill9();

    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong acked = new AtomicLong();
    List<PutClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<MemberClient> members =
        cluster.live().stream().map(node -> new MemberClient(node.spec(), BOUND)).toList();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new PutClient(i, "k/", members, stop::get, acked, VALUE_BYTES));
      threads.add(new Thread(clients.get(i), "put-" + i));
    }
    threads.forEach(Thread::start);
    Windows windows = new Windows();
    try {
      Await.until(PUTS + " puts", BOUND, () -> acked.get() >= PUTS);
      Await.until(
          "the log is cut beyond what " + away.name() + " has",
          BOUND,
          () -> newest(leader, CUT) > lastSeen);
      windows.starting = System.nanoTime();
      away.start();
      Await.until("a snapshot is shipped", BOUND, () -> newest(leader, SHIPPING) > lastSeen);
      windows.shipping = System.nanoTime();
      Await.until("a snapshot is installed", BOUND, () -> newest(away, INSTALLED) > lastSeen);
      windows.installed = System.nanoTime();
      long whenInstalled = acked.get();
      Await.until("writes go on", BOUND, () -> acked.get() > whenInstalled + 100);
    } finally {
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      members.forEach(MemberClient::close);
    }
    windows.print(clients);
    System.out.printf(
        "terms: %d when the member was killed, %d at the end%n",
        termBefore, cluster.client(leader).status().getRaftTerm());
    verify(cluster, leader, away, clients);
  }

  /** When what happened, and what puts took meanwhile. */
  private static final class Windows {
    private static final long IDLE_NANOS = Duration.ofSeconds(10).toNanos();

    long starting;
    long shipping;
    long installed;

    void print(List<PutClient> clients) {
      print(clients, "before", starting - IDLE_NANOS, starting);
      print(clients, "while the member started", starting, shipping);
      print(clients, "while the snapshot was on its way", shipping, installed);
    }

    private static void print(List<PutClient> clients, String when, long from, long to) {
      long[] micros =
          clients.stream()
              .flatMap(client -> client.records().stream())
              .filter(put -> put.endNanos() > from && put.startNanos() < to)
              .mapToLong(put -> (put.endNanos() - put.startNanos()) / 1_000)
              .sorted()
              .toArray();
      if (micros.length > 0) {
        System.out.printf(
            "puts %s (%d ms): %d, p50 %d us, p99 %d us, longest %d us%n",
            when,
            (to - from) / 1_000_000,
            micros.length,
            micros[micros.length / 2],
            micros[micros.length * 99 / 100],
            micros[micros.length - 1]);
      }
    }
  }

  private static void verify(
      ProcessCluster cluster, ClusterNode leader, ClusterNode away, List<PutClient> clients) {
    List<PutRecord> puts = clients.stream().flatMap(client -> client.records().stream()).toList();
    assertThat(puts).as("puts that failed").allMatch(PutRecord::acked);
    long last = puts.stream().mapToLong(PutRecord::revision).max().orElseThrow();
    Await.until(
        away.name() + " holds revision " + last,
        BOUND,
        () -> cluster.client(away).get("before", true).getHeader().getRevision() >= last);
    List<StoredKey> there = cluster.client(away).allAt("k/", last, PAGE_KEYS);
    assertThat(there).hasSize(puts.size());
    assertThat(there).isEqualTo(cluster.client(leader).allAt("k/", last, PAGE_KEYS));
    assertThat(cluster.client(away).get("before", true).getKvs(0).getValue().toStringUtf8())
        .isEqualTo("kept");
  }

  /** The index in the last line of a member's log that says so, or 0. */
  private static long newest(ClusterNode node, Pattern pattern) {
    try {
      Matcher matcher = pattern.matcher(Files.readString(node.logFile()));
      long index = 0;
      while (matcher.find()) {
        index = Long.parseLong(matcher.group(1));
      }
      return index;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
