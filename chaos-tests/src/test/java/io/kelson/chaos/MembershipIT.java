package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.EtcdError;
import io.kelson.api.Member;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberListRequest;
import io.kelson.api.MemberRemoveRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of real processes grows from one member to three and five and shrinks to three, none of
 * which was there at the beginning, while clients write: nothing acknowledged is lost, and clients
 * see no error that they could not simply try again.
 */
@LongRun
class MembershipIT {
  private static final Logger log = LoggerFactory.getLogger(MembershipIT.class);
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int CLIENTS = 4;
  private static final long ACKS_BETWEEN = 300;
  private static final String PREFIX = "grow/";

  private final AtomicLong acked = new AtomicLong();
  private final AtomicBoolean stop = new AtomicBoolean();

  /** What clients talk to: members that are there to stay a while. */
  private final List<MemberClient> members = new CopyOnWriteArrayList<>();

  private final List<PutClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void growsAndShrinksUnderLoadUntilNobodyIsLeftOfTheFirst() throws Exception {
    ProcessCluster cluster =
        ProcessCluster.create(TestCluster.command(), TestCluster.directory("membership"), 1);
    try (cluster) {
      cluster.startAll(BOUND);
      members.add(cluster.client(cluster.nodes().get(0)));
      startClients();
      grow(cluster, 3);
      grow(cluster, 5);
      List<ClusterNode> original = cluster.nodes().subList(0, 3);
      shrink(cluster, original.get(1));
      shrink(cluster, original.get(0));
      grow(cluster, 4);
      shrink(cluster, original.get(2));
      stopClients();
      assertThat(cluster.live()).hasSize(3).doesNotContainAnyElementsOf(original);
      verify(cluster);
      requireRemovedForGood(original.get(0));
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    } finally {
      stop.set(true);
    }
    cluster.deleteData();
  }

  private void startClients() {
    for (int id = 0; id < CLIENTS; id++) {
      PutClient client = new PutClient(id, PREFIX, members, stop::get, acked);
      clients.add(client);
      Thread thread = new Thread(client, "put-client-" + id);
      threads.add(thread);
      thread.start();
    }
  }

  private void stopClients() throws InterruptedException {
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void awaitWrites(String when) {
    long target = acked.get() + ACKS_BETWEEN;
    Await.until(ACKS_BETWEEN + " more puts " + when, BOUND, () -> acked.get() >= target);
  }

  private void grow(ProcessCluster cluster, int size) {
    while (cluster.live().size() < size) {
      List<ClusterNode> before = cluster.live();
      String names =
          before.stream()
              .map(node -> node.name() + "=" + node.spec().peerUrl())
              .collect(Collectors.joining(","));
      ClusterNode newcomer = cluster.newcomer(names);
      change(
          cluster,
          "add " + newcomer.name(),
          stub ->
              stub.memberAdd(
                  MemberAddRequest.newBuilder().addPeerURLs(newcomer.spec().peerUrl()).build()));
      awaitWrites("while " + newcomer.name() + " is not started");
      newcomer.start();
      cluster.awaitReady(BOUND);
      awaitName(cluster, newcomer);
      members.add(cluster.client(newcomer));
      awaitWrites("with " + newcomer.name());
    }
    log.info("{} members, {} puts", size, acked.get());
  }

  private void shrink(ProcessCluster cluster, ClusterNode leaving) {
    long id = idOf(cluster, leaving);
    members.remove(cluster.client(leaving));
    change(
        cluster,
        "remove " + leaving.name(),
        stub -> stub.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()));
    assertThat(leaving.awaitExit(BOUND)).as("exit code of the removed " + leaving).isZero();
    cluster.awaitReady(BOUND);
    awaitWrites("without " + leaving.name());
    log.info("{} is gone, {} puts", leaving.name(), acked.get());
  }

  @FunctionalInterface
  private interface Change {
    void make(ClusterGrpc.ClusterBlockingStub stub);
  }

  /**
   * Asks the newest member, mostly no leader; tries again where a client is meant to, and then
   * takes it for done if the change is there already.
   */
  private static void change(ProcessCluster cluster, String what, Change change) {
    AtomicBoolean unknown = new AtomicBoolean();
    Await.until(
        what,
        BOUND,
        () -> {
          List<ClusterNode> live =
              cluster.live().stream()
                  .filter(node -> cluster.maybeStatus(node).isPresent())
                  .toList();
          try {
            change.make(stub(cluster, live.get(live.size() - 1)));
            return true;
          } catch (StatusRuntimeException e) {
            String text = String.valueOf(e.getStatus().getDescription());
            boolean doneBefore =
                unknown.get()
                    && (text.equals(EtcdError.PEER_URL_EXISTS.text())
                        || text.equals(EtcdError.MEMBER_NOT_FOUND.text()));
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE
                && !text.equals(EtcdError.NOT_LEADER.text())
                && !doneBefore) {
              throw e;
            }
            log.info("{}: {}", what, text);
            unknown.set(unknown.get() || !text.equals(EtcdError.UNHEALTHY.text()));
            return doneBefore;
          }
        });
  }

  private static ClusterGrpc.ClusterBlockingStub stub(ProcessCluster cluster, ClusterNode node) {
    return ClusterGrpc.newBlockingStub(cluster.client(node).channel())
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static List<Member> list(ProcessCluster cluster, ClusterNode node) {
    return stub(cluster, node)
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  private static long idOf(ProcessCluster cluster, ClusterNode node) {
    return list(cluster, node).stream()
        .filter(member -> member.getPeerURLs(0).equals(node.spec().peerUrl()))
        .mapToLong(Member::getID)
        .findFirst()
        .orElseThrow();
  }

  private static void awaitName(ProcessCluster cluster, ClusterNode newcomer) {
    Await.until(
        newcomer.name() + " among the members, with its name",
        BOUND,
        () ->
            list(cluster, newcomer).stream()
                .anyMatch(m -> m.getName().equals(newcomer.name()) && !m.getIsLearner()));
  }

  private void verify(ProcessCluster cluster) {
    List<PutRecord> puts = clients.stream().flatMap(c -> c.records().stream()).toList();
    Map<String, Long> errors =
        puts.stream()
            .filter(put -> !put.acked())
            .collect(Collectors.groupingBy(PutRecord::error, Collectors.counting()));
    log.info("{} puts, errors: {}", puts.size(), errors);
    assertThat(errors.keySet())
        .as("errors that clients saw")
        .allMatch(error -> error.startsWith(Status.Code.UNAVAILABLE.name()));
    assertThat(HistoryCheck.uniqueRevisions(puts)).isEmpty();
    ClusterNode first = cluster.live().get(0);
    long revision = cluster.client(first).get(PREFIX, false).getHeader().getRevision();
    Map<String, List<StoredKey>> states = new HashMap<>();
    for (ClusterNode node : cluster.live()) {
      MemberClient member = cluster.client(node);
      Await.until(
          node.name() + " at revision " + revision,
          BOUND,
          () -> member.get(PREFIX, true).getHeader().getRevision() >= revision);
      states.put(node.name(), member.allAt(PREFIX, revision));
      assertThat(list(cluster, node)).extracting(Member::getName).hasSize(3).doesNotContain("m1");
    }
    states.forEach(
        (name, state) -> {
          assertThat(HistoryCheck.stateHolds(name, puts, state)).isEmpty();
          assertThat(HistoryCheck.sameState(first.name(), states.get(first.name()), name, state))
              .isEmpty();
        });
  }

  private static void requireRemovedForGood(ClusterNode removed) {
    removed.start();
    assertThat(removed.awaitExit(BOUND)).as("exit code of a removed member's start").isEqualTo(1);
    assertThat(removed.logTail()).contains("was removed from its cluster for good");
  }
}
