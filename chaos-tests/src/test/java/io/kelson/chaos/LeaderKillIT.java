package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three real processes, several clients, and the leader killed with {@code kill -9} three times:
 * nothing that was acknowledged is lost, moved or done twice, on any member or watch.
 */
@LongRun
class LeaderKillIT {
  private static final Logger log = LoggerFactory.getLogger(LeaderKillIT.class);
  private static final int CLIENTS = 6;
  private static final int KILLS = 3;
  private static final long ACKS = 10_000;

  /** Acknowledgements before the first kill, and with one member dead before it comes back. */
  private static final long ACKS_BETWEEN = 1_000;

  private static final String PREFIX = "chaos/";
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final AtomicLong acked = new AtomicLong();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<MemberClient> connections = new ArrayList<>();
  private final List<RevisionWatcher> watchers = new ArrayList<>();
  private final List<PutClient> clients = new ArrayList<>();
  private final List<Thread> clientThreads = new ArrayList<>();

  /** The leader before and after one kill. */
  private record Kill(Leadership before, Leadership after) {}

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void acknowledgedPutsSurviveTheirLeaders() throws Exception {
    ProcessCluster cluster =
        ProcessCluster.create(TestCluster.command(), TestCluster.directory("leader-kill"), 3);
    try (cluster) {
      cluster.startAll(BOUND);
      startWatchers(cluster);
      startClients(cluster);
      List<Kill> kills = killLeaders(cluster);
      awaitAcks(ACKS);
      stopClients();
      verify(cluster, kills);
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    } finally {
      stop.set(true);
      watchers.forEach(RevisionWatcher::close);
      connections.forEach(MemberClient::close);
    }
    cluster.deleteData();
  }

  private void startWatchers(ProcessCluster cluster) {
    for (ClusterNode node : cluster.nodes()) {
      watchers.add(RevisionWatcher.start(connect(node), node::alive));
    }
  }

  private void startClients(ProcessCluster cluster) {
    for (int id = 0; id < CLIENTS; id++) {
      List<MemberClient> members = cluster.nodes().stream().map(this::connect).toList();
      PutClient client = new PutClient(id, PREFIX, members, stop::get, acked);
      clients.add(client);
      Thread thread = new Thread(client, "put-client-" + id);
      clientThreads.add(thread);
      thread.start();
    }
  }

  private MemberClient connect(ClusterNode node) {
    MemberClient connection = new MemberClient(node.spec(), Duration.ofSeconds(20));
    connections.add(connection);
    return connection;
  }

  private List<Kill> killLeaders(ProcessCluster cluster) {
    List<Kill> kills = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      awaitAcks(acked.get() + ACKS_BETWEEN);
      Leadership before = cluster.awaitReady(BOUND);
      before.node().kill9();
      assertThat(Ports.accepts(before.node().spec().clientPort()))
          .as("somebody still listens for the killed " + before.node().name())
          .isFalse();
      Leadership after =
          cluster.awaitLeader(
              "a new leader after the kill of " + before.node().name(),
              BOUND,
              leader -> leader.term() > before.term());
      kills.add(new Kill(before, after));
      awaitAcks(acked.get() + ACKS_BETWEEN);
      before.node().start();
      cluster.awaitReady(BOUND);
      log.info("kill {}: {} -> {}, {} acks", i + 1, before, after, acked.get());
    }
    return kills;
  }

  private void awaitAcks(long count) {
    Await.until(count + " acknowledged puts", BOUND, () -> acked.get() >= count);
  }

  private void stopClients() throws InterruptedException {
    stop.set(true);
    for (Thread thread : clientThreads) {
      thread.join();
    }
  }

  private void verify(ProcessCluster cluster, List<Kill> kills) {
    List<PutRecord> puts = clients.stream().flatMap(c -> c.records().stream()).toList();
    verifyNotVacuous(cluster, kills, puts);
    long revision =
        cluster.client(cluster.nodes().get(0)).get(PREFIX, false).getHeader().getRevision();
    Map<String, List<StoredKey>> states = statesAt(cluster, revision);
    String first = cluster.nodes().get(0).name();
    states.forEach(
        (member, state) -> {
          assertThat(HistoryCheck.stateHolds(member, puts, state)).isEmpty();
          assertThat(HistoryCheck.sameState(first, states.get(first), member, state)).isEmpty();
        });
    assertThat(HistoryCheck.uniqueRevisions(puts)).isEmpty();
    verifyWatches(revision, states.get(first));
    Map<String, Long> revisionOfKey =
        states.get(first).stream()
            .collect(Collectors.toMap(StoredKey::key, StoredKey::modRevision));
    assertThat(HistoryCheck.realTimeOrder(puts, revisionOfKey)).isEmpty();
  }

  private void verifyNotVacuous(ProcessCluster cluster, List<Kill> kills, List<PutRecord> puts) {
    log.info(
        "{} puts: {}; errors: {}",
        puts.size(),
        puts.stream().collect(Collectors.groupingBy(PutRecord::outcome, Collectors.counting())),
        puts.stream()
            .filter(put -> !put.acked())
            .collect(Collectors.groupingBy(PutRecord::error, Collectors.counting())));
    assertThat(kills).hasSize(KILLS);
    for (Kill kill : kills) {
      assertThat(kill.after().term()).isGreaterThan(kill.before().term());
      assertThat(kill.after().memberId()).isNotEqualTo(kill.before().memberId());
    }
    assertThat(cluster.live()).as("all members are back").hasSize(cluster.nodes().size());
    assertThat(puts.stream().filter(PutRecord::acked).count()).isGreaterThanOrEqualTo(ACKS);
    for (ClusterNode node : cluster.nodes()) {
      assertThat(puts.stream().filter(put -> put.acked() && put.member().equals(node.name())))
          .as("puts acknowledged by " + node.name())
          .isNotEmpty();
    }
    assertThat(puts.stream().filter(put -> !put.acked()).count())
        .as("each kill cut at least one client off")
        .isGreaterThanOrEqualTo(KILLS);
  }

  /** What each member alone holds at the revision, once it has caught up with it. */
  private static Map<String, List<StoredKey>> statesAt(ProcessCluster cluster, long revision) {
    Map<String, List<StoredKey>> states = new HashMap<>();
    for (ClusterNode node : cluster.nodes()) {
      MemberClient member = cluster.client(node);
      Await.until(
          node.name() + " at revision " + revision,
          BOUND,
          () -> member.get(PREFIX, true).getHeader().getRevision() >= revision);
      states.put(node.name(), member.allAt(PREFIX, revision));
    }
    return states;
  }

  private void verifyWatches(long revision, List<StoredKey> state) {
    Map<String, StoredKey> held =
        state.stream().collect(Collectors.toMap(StoredKey::key, Function.identity()));
    int streams = 0;
    for (RevisionWatcher watcher : watchers) {
      Await.until(
          "the watcher of " + watcher.member() + " at revision " + revision,
          BOUND,
          () -> watcher.lastRevision() >= revision || !watcher.refusal().isEmpty());
      watcher.close();
      assertThat(watcher.refusal()).isEmpty();
      assertThat(
              HistoryCheck.everyRevisionOnce(
                  "watcher of " + watcher.member(), watcher.events(), 2, revision))
          .isEmpty();
      assertThat(watcher.events())
          .allSatisfy(event -> assertThat(event).isEqualTo(held.get(event.key())));
      streams += watcher.streams();
    }
    assertThat(streams)
        .as("watches were interrupted by the kills and went on")
        .isGreaterThanOrEqualTo(watchers.size() + KILLS);
  }
}
