package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.kelson.api.LeaseStatus;
import io.kelson.api.LeaseTimeToLiveResponse;
import io.kelson.api.ResponseHeader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Leases of real processes: what clients and etcdctl see, and what leaders' ends do to them. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@LongRun
class LeaseIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** Long enough for renewals to come in time on a busy machine. */
  private static final long TTL_SECONDS = 15;

  @Test
  void answersAndErrorsAreThoseOfEtcd() {
    Optional<Path> etcd = NodeCommand.findEtcd();
    Assumptions.assumeTrue(etcd.isPresent(), "no etcd to compare with; set KELSON_ETCD");
    List<String> ours = new ArrayList<>();
    List<String> theirs = new ArrayList<>();
    withCluster(TestCluster.command(), "lease-same", 1, cluster -> ours.addAll(said(cluster)));
    withCluster(
        NodeCommand.etcd(etcd.get()), "lease-etcd", 1, cluster -> theirs.addAll(said(cluster)));
    assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(30);
  }

  private static List<String> said(ProcessCluster cluster) {
    ClusterNode node = cluster.startAll(BOUND).node();
    LeaseClient leases = new LeaseClient(cluster.client(node));
    List<String> said = new ArrayList<>();
    for (long ttl : new long[] {0, -1, 1, 2, 3, 100, 9_000_000_000L, 9_000_000_001L}) {
      say(said, () -> "ttl " + leases.grant(0, ttl).getTTL());
    }
    for (long id : new long[] {77, 77, -5, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      say(said, () -> id + " " + leases.grant(id, 100).getID());
    }
    say(said, () -> "" + leases.grant(77, 9_000_000_001L));
    for (long id : new long[] {77, -5, -1, 999, 0}) {
      say(
          said,
          () -> {
            var answer = leases.keepAlive(id);
            return answer.getID() + " " + answer.getTTL() + at(answer.getHeader());
          });
      say(said, () -> "put" + at(leases.put("k" + id, "v", id).getHeader()));
      say(said, () -> left(leases.timeToLive(id, true)));
      say(said, () -> left(leases.timeToLive(id, false)));
    }
    say(said, () -> "moved" + at(leases.put("k77", "v", -5).getHeader()));
    say(said, () -> left(leases.timeToLive(77, true)));
    for (long id : new long[] {77, 77, -1, 0, 999}) {
      say(said, () -> "revoked" + at(leases.revoke(id).getHeader()));
    }
    say(said, () -> "key " + cluster.client(node).get("k-1", false).getCount());
    // Those of 2 s may have ended already.
    List<Long> lasting = List.of(77L, -5L, Long.MAX_VALUE, Long.MIN_VALUE, -1L);
    say(
        said,
        () ->
            "leases "
                + leases.leases().getLeasesList().stream()
                    .map(LeaseStatus::getID)
                    .filter(lasting::contains)
                    .toList());
    return said;
  }

  private static void say(List<String> said, Supplier<String> call) {
    try {
      said.add(call.get());
    } catch (StatusRuntimeException e) {
      said.add(e.getStatus().getCode() + " " + e.getStatus().getDescription());
    }
  }

  private static String at(ResponseHeader header) {
    return " at " + header.getRevision();
  }

  /** One second or so may have passed. */
  private static String left(LeaseTimeToLiveResponse answer) {
    boolean plausible =
        answer.getTTL() == -1
            || answer.getTTL() > answer.getGrantedTTL() - 30
                && answer.getTTL() <= answer.getGrantedTTL();
    return answer.getID()
        + (plausible ? " granted " : " strangely " + answer.getTTL() + " granted ")
        + answer.getGrantedTTL()
        + " "
        + answer.getKeysList().stream().map(ByteString::toStringUtf8).toList()
        + at(answer.getHeader());
  }

  @Test
  void everyMemberTakesEveryCall() {
    withCluster(
        TestCluster.command(),
        "lease-members",
        3,
        cluster -> {
          cluster.startAll(BOUND);
          for (ClusterNode node : cluster.nodes()) {
            LeaseClient here = new LeaseClient(cluster.client(node));
            long id = here.grant(0, 500).getID();
            here.put("by-" + node.name(), "v", id);
            for (ClusterNode other : cluster.nodes()) {
              LeaseClient there = new LeaseClient(cluster.client(other));
              var renewed = there.keepAlive(id);
              assertThat(renewed.getTTL()).isEqualTo(500);
              long self = cluster.client(other).status().getHeader().getMemberId();
              assertThat(renewed.getHeader().getMemberId()).isEqualTo(self);
              var left = there.timeToLive(id, true);
              assertThat(left.getKeysList())
                  .containsExactly(MemberClient.bytes("by-" + node.name()));
              assertThat(left.getHeader().getMemberId()).isEqualTo(self);
              assertThat(there.keepAlive(id + 1).getTTL()).isZero();
            }
            assertThat(here.leases().getLeasesList())
                .extracting(LeaseStatus::getID)
                .containsExactly(id);
            here.revoke(id);
            assertThat(here.timeToLive(id, true).getTTL()).isEqualTo(-1);
          }
        });
  }

  @Test
  void leasesOutliveTheirLeader() {
    withCluster(
        TestCluster.command(),
        "lease-leader-killed",
        3,
        cluster -> {
          Leadership first = cluster.startAll(BOUND);
          LeaseClient leases = new LeaseClient(cluster.client(first.node()));
          leases.grant(1, 1_000);
          leases.put("long", "v", 1);
          leases.grant(2, 3);
          leases.put("short", "v", 2);
          first.node().kill9();
          Leadership second = cluster.awaitReady(BOUND);
          LeaseClient later = new LeaseClient(cluster.client(second.node()));
          var left = later.timeToLive(1, true);
          assertThat(left.getTTL()).isBetween(500L, 1_001L);
          assertThat(left.getKeysList()).containsExactly(MemberClient.bytes("long"));
          assertThat(later.keepAlive(1).getTTL()).isEqualTo(1_000);
          Await.until(
              "the lease that nobody renews ends",
              BOUND,
              () -> later.timeToLive(2, false).getTTL() == -1);
          assertThat(cluster.client(second.node()).get("short", false).getCount()).isZero();
          assertThat(cluster.client(second.node()).get("long", false).getCount()).isEqualTo(1);
        });
  }

  @Test
  void aLeaderThatSleptEndsNothingWhenItWakes() {
    withCluster(
        TestCluster.command(),
        "lease-leader-paused",
        3,
        cluster -> {
          Leadership first = cluster.startAll(BOUND);
          LeaseClient before = new LeaseClient(cluster.client(first.node()));
          before.grant(1, TTL_SECONDS);
          before.put("held", "v", 1);
          List<LeaseClient> others =
              cluster.nodes().stream()
                  .filter(node -> node != first.node())
                  .map(node -> new LeaseClient(cluster.client(node)))
                  .toList();
          first.node().pause();
          renewFor(others, Duration.ofSeconds(TTL_SECONDS + 5));
          first.node().resume();
          renewFor(others, Duration.ofSeconds(3));
          cluster.awaitReady(BOUND);
          assertThat(before.timeToLive(1, true).getTTL()).isNotEqualTo(-1);
          for (ClusterNode node : cluster.nodes()) {
            assertThat(cluster.client(node).get("held", false).getCount()).isEqualTo(1);
          }
        });
  }

  /** As clients do: at any member that answers; a lease may never be said to be gone. */
  private static void renewFor(List<LeaseClient> members, Duration duration) {
    long endNanos = System.nanoTime() + duration.toNanos();
    Await.until(
        "renewals during " + duration,
        duration.plus(BOUND),
        () -> {
          for (LeaseClient member : members) {
            var ttl = member.maybeKeepAlive(1);
            assertThat(ttl.orElse(TTL_SECONDS))
                .as("TTL that %s tells", member.member().name())
                .isEqualTo(TTL_SECONDS);
          }
          return System.nanoTime() - endNanos > 0;
        });
  }

  @Test
  void aStockEtcdctlGrantsKeepsLooksAndRevokes() {
    withCluster(
        TestCluster.command(),
        "lease-etcdctl",
        3,
        cluster -> {
          Assumptions.assumeTrue(
              etcdctl("", "version").contains("API version"), "no etcdctl on the path");
          Leadership leader = cluster.startAll(BOUND);
          String follower =
              cluster.nodes().stream()
                  .filter(node -> node != leader.node())
                  .findFirst()
                  .orElseThrow()
                  .spec()
                  .endpoint();
          String granted = etcdctl(follower, "lease", "grant", "500");
          assertThat(granted).matches("lease [0-9a-f]{16} granted with TTL\\(500s\\)\n");
          String id = granted.split(" ")[1];
          assertThat(etcdctl(follower, "put", "--lease=" + id, "b", "1")).isEqualTo("OK\n");
          assertThat(etcdctl(follower, "put", "--lease=" + id, "a", "1")).isEqualTo("OK\n");
          assertThat(etcdctl(follower, "lease", "timetolive", "--keys", id))
              .matches(
                  "lease %s granted with TTL\\(500s\\), remaining\\(4\\d\\ds\\), attached keys\\(\\[a b\\]\\)\n"
                      .formatted(id));
          assertThat(etcdctl(follower, "lease", "keep-alive", "--once", id))
              .isEqualTo("lease %s keepalived with TTL(500)\n".formatted(id));
          assertThat(etcdctl(follower, "lease", "list"))
              .isEqualTo("found 1 leases\n%s\n".formatted(id));
          assertThat(etcdctl(follower, "lease", "revoke", id))
              .isEqualTo("lease %s revoked\n".formatted(id));
          assertThat(etcdctl(follower, "lease", "timetolive", id))
              .isEqualTo("lease %s already expired\n".formatted(id));
          assertThat(etcdctl(follower, "lease", "keep-alive", "--once", id))
              .contains("requested lease not found");
          assertThat(etcdctl(follower, "get", "a", "z")).isEmpty();
          assertThat(etcdctl(follower, "lock", "--ttl=30", "l", "echo", "held"))
              .isEqualTo("held\n");
          assertThat(etcdctl(follower, "get", "--prefix", "l")).isEmpty();
          assertThat(etcdctl(follower, "put", "--lease=" + id, "b", "1"))
              .contains("etcdserver: requested lease not found");
        });
  }

  /** What it prints, to whichever stream; the program's absence is an empty text. */
  private static String etcdctl(String endpoint, String... args) {
    List<String> line = new ArrayList<>(List.of("etcdctl"));
    line.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().put("ETCDCTL_API", "3");
    builder.environment().put("ETCDCTL_ENDPOINTS", endpoint);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return printed;
    } catch (java.io.IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void withCluster(
      NodeCommand command, String name, int members, Consumer<ProcessCluster> test) {
    ProcessCluster cluster = ProcessCluster.create(command, TestCluster.directory(name), members);
    try (cluster) {
      test.accept(cluster);
    } catch (RuntimeException | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails()));
      throw e;
    }
    cluster.deleteData();
  }
}
