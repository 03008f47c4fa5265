package io.kelson.server.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.Member;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.tls.Reach;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members that lost something, brought back from their peers. */
@Timeout(300)
class RepairTest {
  private static final Repair.Given NOTHING_SAID = new Repair.Given(null, List.of(), false);

  /** What the report of a whole repair begins its lines with. */
  private static final List<String> STEPS =
      List.of(
          "noted in ",
          "removed member ",
          "moved the damaged files to ",
          "added member ",
          "the directory is member ",
          "wrote down what the cluster says");

  @TempDir Path temp;

  /** The process ends at this point. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aRepairThatCrashedAfterAnyStepIsFinishedByTheNext() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 3)) {
      cluster.startAll();
      Set<Long> ids = new HashSet<>();
      for (int steps = 1; steps <= STEPS.size(); steps++) {
        cluster.put(0, "before-" + steps);
        cluster.stop(2);
        loseTheLog(cluster.dataDir(2));
        assertThatThrownBy(() -> cluster.start(2))
            .isInstanceOf(StartFailure.class)
            .hasMessageContaining("holds no log")
            .hasMessageContaining("kelson repair --data-dir " + cluster.dataDir(2));

        List<String> reported = new ArrayList<>();
        int crashAfter = steps;
        assertThatThrownBy(() -> repair(cluster, 2, NOTHING_SAID, reported, crashAfter))
            .isInstanceOf(Crash.class);
        assertThat(reported.get(steps - 1)).startsWith(STEPS.get(steps - 1));
        assertThatThrownBy(() -> cluster.start(2))
            .isInstanceOf(StartFailure.class)
            .hasMessageContaining("was interrupted")
            .hasMessageContaining("kelson repair --data-dir");

        long id = repair(cluster, 2, NOTHING_SAID, new ArrayList<>(), Integer.MAX_VALUE);
        cluster.put(1, "while-away-" + steps);
        assertThat(ids.add(id)).as("an id never seen before").isTrue();
        KelsonServer again = cluster.start(2);
        cluster.awaitReady(2);
        assertThat(again.memberId()).isEqualTo(id);
        requireMembers(cluster, id);
      }
      assertThat(cluster.keys(2)).hasSize(2 * STEPS.size()).isEqualTo(cluster.keys(0));
      try (var files = Files.list(cluster.dataDir(2))) {
        assertThat(files.filter(f -> f.getFileName().toString().startsWith("damaged-")))
            .as("what each repair set aside")
            .hasSize(STEPS.size())
            .allSatisfy(aside -> assertThat(aside.resolve("store")).isDirectory());
      }
    }
  }

  private static void requireMembers(LocalCluster cluster, long newest) {
    List<Member> members = cluster.members(0);
    assertThat(members).hasSize(3);
    assertThat(members)
        .filteredOn(member -> member.getPeerURLs(0).equals(cluster.peerUrl(2)))
        .singleElement()
        .satisfies(member -> assertThat(member.getID()).isEqualTo(newest))
        .satisfies(member -> assertThat(member.getName()).isEqualTo("m2"))
        .satisfies(member -> assertThat(member.getIsLearner()).isFalse());
  }

  @Test
  void aFounderWhoseDirectoryWasWipedIsRefusedByNameAndRepaired() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 3)) {
      cluster.startAll();
      cluster.put(0, "kept");
      cluster.stop(2);
      Files.move(cluster.dataDir(2), temp.resolve("lost"));

      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> cluster.start(2))
            .isInstanceOf(StartFailure.class)
            .hasMessageContaining("has run before")
            .hasMessageContaining(
                "kelson repair --data-dir " + cluster.dataDir(2) + " --endpoints http://")
            .hasMessageContaining("--initial-advertise-peer-urls " + cluster.peerUrl(2));
        assertThat(cluster.dataDir(2).resolve("IDENTITY")).doesNotExist();
        assertThat(cluster.dataDir(2).resolve("log")).doesNotExist();
      }

      assertThatThrownBy(() -> repair(cluster, 2, NOTHING_SAID))
          .isInstanceOf(RepairException.class)
          .hasMessageContaining("say --initial-advertise-peer-urls");
      Repair.Given urls = new Repair.Given(null, List.of(cluster.peerUrl(2)), false);
      long id = repair(cluster, 2, urls);
      assertThat(cluster.start(2).memberId()).isEqualTo(id);
      cluster.awaitReady(2);
      requireMembers(cluster, id);
      assertThat(cluster.keys(2)).containsExactly("kept");

      cluster.stop(2);
      Files.move(cluster.dataDir(2), temp.resolve("lost again"));
      assertThatThrownBy(() -> cluster.start(2))
          .as("the id in the flags left the cluster with the repair")
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("was removed from its cluster")
          .hasMessageContaining("kelson repair");
    }
  }

  @Test
  void whatCannotBeRepairedIsRefusedBeforeAnythingChanges() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp.resolve("a"), 3);
        LocalCluster other = new LocalCluster(temp.resolve("b"), 1)) {
      cluster.startAll();
      other.startAll();
      assertThatThrownBy(() -> repair(cluster, 2, NOTHING_SAID))
          .as("its server runs")
          .hasMessageContaining("in use by");
      Path elsewhere = temp.resolve("elsewhere");
      Repair.Given urlsOfOneThatRuns = new Repair.Given(null, List.of(cluster.peerUrl(1)), false);
      try (DataDirectory wrong = DataDirectory.openDamaged(elsewhere);
          Peers peers = new Peers(List.of(cluster.clientUrl(0)))) {
        assertThatThrownBy(() -> new Repair(wrong, peers, urlsOfOneThatRuns, line -> {}).look())
            .isInstanceOf(RepairException.class)
            .hasMessageContaining("runs, at " + cluster.clientUrl(1));
      }

      cluster.stop(2);
      assertThatThrownBy(() -> repair(cluster, 2, NOTHING_SAID))
          .isInstanceOf(RepairException.class)
          .hasMessageContaining("nothing is damaged");
      loseTheLog(cluster.dataDir(2));
      try (DataDirectory directory = DataDirectory.openDamaged(cluster.dataDir(2));
          Peers strangers = new Peers(List.of(other.clientUrl(0)))) {
        assertThatThrownBy(() -> new Repair(directory, strangers, NOTHING_SAID, x -> {}).look())
            .isInstanceOf(RepairException.class)
            .hasMessageContaining("an endpoint belongs to cluster");
      }
      List<Member> before = cluster.members(0);
      cluster.stop(1);
      try (DataDirectory directory = DataDirectory.openDamaged(cluster.dataDir(2));
          Peers minority =
              new Peers(
                  List.of(cluster.clientUrl(0)),
                  Reach.withoutFiles(),
                  SignIn.Credentials.NONE,
                  Duration.ZERO)) {
        assertThatThrownBy(() -> new Repair(directory, minority, NOTHING_SAID, x -> {}).look())
            .isInstanceOf(RepairException.class)
            .hasMessageContaining("does not work without this member");
        assertThat(directory.isUnderRepair()).isFalse();
      }
      cluster.start(1);
      cluster.awaitReady(1);
      assertThat(cluster.members(0)).isEqualTo(before);
    }
  }

  @Test
  void whereAuthenticationIsOnItTakesAUserWithTheRoleRoot() throws Exception {
    try (LocalCluster cluster = new LocalCluster(temp, 3)) {
      cluster.startAll();
      cluster.put(0, "kept");
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(cluster.clientUrl(0).substring("http://".length()))
              .usePlaintext()
              .build();
      try {
        turnAuthenticationOn(AuthGrpc.newBlockingStub(channel));
        cluster.stop(2);
        loseTheLog(cluster.dataDir(2));

        assertThatThrownBy(() -> repair(cluster, 2, SignIn.Credentials.NONE))
            .isInstanceOf(RepairException.class)
            .hasMessageContaining("user name is empty")
            .hasMessageContaining("--user NAME[:PASSWORD]");
        assertThatThrownBy(() -> repair(cluster, 2, new SignIn.Credentials("root", "guess")))
            .isInstanceOf(RepairException.class)
            .hasMessageContaining("invalid user ID or password")
            .hasMessageContaining("--user NAME[:PASSWORD]");
        SignIn.Credentials root = new SignIn.Credentials("root", "secret");
        long id = repair(cluster, 2, root);
        assertThat(cluster.start(2).memberId()).isEqualTo(id);
        assertThat(root.toString()).doesNotContain("secret");

        AuthGrpc.newBlockingStub(ClientInterceptors.intercept(channel, new SignIn(channel, root)))
            .authDisable(AuthDisableRequest.getDefaultInstance());
        cluster.awaitReady(2);
        requireMembers(cluster, id);
        assertThat(cluster.keys(2)).containsExactly("kept");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void turnAuthenticationOn(AuthGrpc.AuthBlockingStub auth) {
    auth.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("secret").build());
    auth.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
  }

  private static long repair(LocalCluster cluster, int member, SignIn.Credentials credentials)
      throws Exception {
    List<String> others =
        IntStream.range(0, 3).filter(i -> i != member).mapToObj(cluster::clientUrl).toList();
    try (DataDirectory directory = DataDirectory.openDamaged(cluster.dataDir(member));
        Peers peers = new Peers(others, Reach.withoutFiles(), credentials)) {
      Repair repair = new Repair(directory, peers, NOTHING_SAID, line -> {});
      return repair.carryOut(repair.look().plan());
    }
  }

  private static long repair(LocalCluster cluster, int member, Repair.Given given)
      throws Exception {
    return repair(cluster, member, given, new ArrayList<>(), Integer.MAX_VALUE);
  }

  /** From the two others; ends with a {@link Crash} once so many steps have been reported. */
  private static long repair(
      LocalCluster cluster, int member, Repair.Given given, List<String> reported, int crashAfter)
      throws Exception {
    List<String> others =
        IntStream.range(0, 3).filter(i -> i != member).mapToObj(cluster::clientUrl).toList();
    try (DataDirectory directory = DataDirectory.openDamaged(cluster.dataDir(member));
        Peers peers = new Peers(others)) {
      Repair repair =
          new Repair(
              directory,
              peers,
              given,
              line -> {
                reported.add(line);
                if (reported.size() == crashAfter) {
                  throw new Crash();
                }
              });
      return repair.carryOut(repair.look().plan());
    }
  }

  private static void loseTheLog(Path dataDir) throws Exception {
    try (var segments = Files.list(dataDir.resolve("log"))) {
      for (Path segment : segments.toList()) {
        Files.delete(segment);
      }
    }
  }
}
