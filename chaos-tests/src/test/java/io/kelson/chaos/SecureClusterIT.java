package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthRoleGrantPermissionRequest;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.CompactionRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.HashKVResponse;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseTimeToLiveRequest;
import io.kelson.api.MemberAddRequest;
import io.kelson.api.MemberPromoteRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.auth.Permission;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.chaos.Certificates.Authority;
import io.kelson.chaos.Certificates.FileSet;
import io.kelson.chaos.Certificates.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a cluster that lets nobody in unseen: founded over mutual TLS, users, growth from
 * three to five, every certificate and the authority renewed under load, a backup from a follower
 * and another cluster made of it.
 */
class SecureClusterIT {
  private static final Logger log = LoggerFactory.getLogger(SecureClusterIT.class);
  private static final Duration BOUND = Duration.ofMinutes(1);
  private static final long ACKS_BETWEEN = 20;
  private static final int PAGE = 1_000;
  private static final String PASSWORD = "of the application";

  private final Path directory = TestCluster.directory("secure");
  private final Authority old = new Authority("old authority");
  private final Authority next = new Authority("new authority");
  private final FileSet rootFiles = FileSet.of(directory, "client-root");
  private final FileSet appFiles = FileSet.of(directory, "client-app");
  private final FileSet strangerFiles = FileSet.of(directory, "client-stranger");

  @Test
  @Timeout(value = 6, unit = TimeUnit.MINUTES)
  void aSecureClusterGrowsRenewsItsCertificatesAndIsRestored() throws Exception {
    Assumptions.assumeTrue(
        TestCluster.command().product().equals("kelson"), "uses Kelson's launchers");
    SecureCluster cluster = new SecureCluster(directory, "secure", rootFiles);
    SecureCluster restored = new SecureCluster(directory, "restored", rootFiles);
    try (cluster;
        restored) {
      foundFromFiles(cluster);
      String token = introduceUsers(cluster);
      growWithLearners(cluster);
      renewUnderLoad(cluster, token);
      restoreElsewhere(cluster, restored);
    } catch (Exception | AssertionError e) {
      e.addSuppressed(new IllegalStateException(cluster.logTails() + restored.logTails()));
      throw e;
    }
    cluster.deleteData();
    restored.deleteData();
  }

  /** Step 1. */
  private void foundFromFiles(SecureCluster cluster) {
    rootFiles.writePair(old.issue("root"));
    appFiles.writePair(old.issue("app"));
    strangerFiles.writePair(old.issue("stranger"));
    trust(old);
    cluster.found(3, "m", old);
    cluster.startAll();
    cluster.awaitLeader(BOUND);
    log.info("three members over TLS");
  }

  private void trust(Authority... authorities) {
    rootFiles.writeTrusted(authorities);
    appFiles.writeTrusted(authorities);
    strangerFiles.writeTrusted(authorities);
  }

  /** Step 2: returns a token of the application's. */
  private String introduceUsers(SecureCluster cluster) {
    SecureNode node = cluster.nodes().get(0);
    try (SecureClient root = cluster.client(node)) {
      addUser(root, "root", "of root", "root");
      addUser(root, "app", PASSWORD, "app");
      root.auth()
          .roleGrantPermission(
              AuthRoleGrantPermissionRequest.newBuilder()
                  .setName("app")
                  .setPerm(
                      Permission.newBuilder()
                          .setPermType(Permission.Type.READWRITE)
                          .setKey(SecureClient.utf8("app/"))
                          .setRangeEnd(SecureClient.utf8("app0")))
                  .build());
      root.auth().authEnable(AuthEnableRequest.getDefaultInstance());
      root.put("other", "not the application's");
    }
    for (SecureNode each : cluster.nodes()) {
      requireAuth(each);
      requireLeases(each);
    }
    try (SecureClient anybody = SecureClient.of(node.clientPort(), strangerFiles)) {
      return anybody
          .auth()
          .authenticate(
              AuthenticateRequest.newBuilder().setName("app").setPassword(PASSWORD).build())
          .getToken();
    }
  }

  private static void addUser(SecureClient root, String name, String password, String role) {
    root.auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
    root.auth()
        .userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword(password).build());
    root.auth()
        .userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(role).build());
  }

  /** The application, known by certificate, has its prefix and no more; strangers have nothing. */
  private void requireAuth(SecureNode node) {
    try (SecureClient app = SecureClient.of(node.clientPort(), appFiles);
        SecureClient stranger = SecureClient.of(node.clientPort(), strangerFiles);
        SecureClient nameless = SecureClient.nameless(node.clientPort(), appFiles)) {
      app.put("app/" + node.name(), "mine");
      assertThat(app.get("app/" + node.name()).getKvs(0).getValue().toStringUtf8())
          .isEqualTo("mine");
      EtcdError denied = EtcdError.PERMISSION_DENIED;
      assertThat(refusal(() -> app.put("other", "x")).getDescription()).isEqualTo(denied.text());
      assertThat(refusal(() -> app.get("other")).getDescription()).isEqualTo(denied.text());
      assertThat(refusal(() -> app.hash(0)).getDescription()).isEqualTo(denied.text());
      assertThat(refusal(() -> stranger.put("app/x", "x")).getCode())
          .isIn(Status.Code.PERMISSION_DENIED, Status.Code.INVALID_ARGUMENT);
      assertThat(refusal(() -> stranger.get("app/x")).getCode())
          .isIn(Status.Code.PERMISSION_DENIED, Status.Code.INVALID_ARGUMENT);
      assertThat(refusal(() -> nameless.get("app/x")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      SecureClient forged = app.withToken("no-such-token.1");
      assertThat(refusal(() -> forged.get("app/x")).getCode())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  /** These are the leader's to answer: followers ask it, over TLS, for the caller. */
  private void requireLeases(SecureNode node) {
    try (SecureClient app = SecureClient.of(node.clientPort(), appFiles)) {
      long id = app.lease().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(300).build()).getID();
      assertThat(
              app.lease()
                  .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).build())
                  .getGrantedTTL())
          .isEqualTo(300);
    }
  }

  private static Status refusal(ThrowingCallable call) {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refusal).as("the refusal").isNotNull();
    return refusal.getStatus();
  }

  /** Step 3. */
  private void growWithLearners(SecureCluster cluster) {
    for (String name : List.of("m4", "m5")) {
      // A follower is asked, so that it asks the leader.
      SecureNode leader = cluster.awaitLeader(BOUND);
      SecureNode follower = other(cluster, leader);
      SecureNode newcomer = cluster.newcomer(name, old);
      try (SecureClient root = cluster.client(follower)) {
        MemberAddRequest request =
            MemberAddRequest.newBuilder()
                .addPeerURLs(newcomer.peerUrl())
                .setIsLearner(true)
                .build();
        long id =
            changed("the addition of " + name, () -> root.cluster().memberAdd(request))
                .getMember()
                .getID();
        newcomer.process().start();
        changed(
            "the promotion of " + name,
            () ->
                root.cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(id).build()));
      }
      cluster.awaitLeader(BOUND);
      requireAuth(newcomer);
      requireLeases(newcomer);
    }
    log.info("five members");
  }

  private interface Change<T> {
    T make();
  }

  /**
   * Asks again while a client is meant to: the learner is behind, or a member not yet connected.
   */
  private static <T> T changed(String what, Change<T> change) {
    return Await.value(
        what,
        BOUND,
        () -> {
          try {
            return Optional.of(change.make());
          } catch (StatusRuntimeException e) {
            assertThat(e.getStatus().getDescription())
                .isIn(EtcdError.LEARNER_NOT_READY.text(), EtcdError.UNHEALTHY.text());
            return Optional.empty();
          }
        });
  }

  private static SecureNode other(SecureCluster cluster, SecureNode leader) {
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  /** Step 4. */
  private void renewUnderLoad(SecureCluster cluster, String token) throws InterruptedException {
    Issued oldClient = old.issue("app");
    Issued newClient = next.issue("app");
    FileSet outdated = FileSet.of(directory, "client-outdated");
    outdated.writePair(oldClient);
    outdated.writeTrusted(old);
    Map<String, Long> errors;
    try (SecureLoad load = new SecureLoad(appFiles, PASSWORD, token)) {
      load.start(cluster.nodes());
      load.awaitEach("before", ACKS_BETWEEN, BOUND);
      requireAccepted(cluster, newClient, false);
      trustBoth(cluster);
      requireAccepted(cluster, newClient, true);
      load.awaitEach("with both authorities", ACKS_BETWEEN, BOUND);
      renew(cluster);
      load.awaitEach("with new certificates", ACKS_BETWEEN, BOUND);
      requireAccepted(cluster, oldClient, true);
      cluster.nodes().forEach(node -> node.trust(next));
      trust(next);
      requireAccepted(cluster, oldClient, false);
      requireAccepted(cluster, newClient, true);
      load.awaitEach("with the new authority alone", ACKS_BETWEEN, BOUND);
      errors = load.errors();
      log.info("{} puts, errors while everything was renewed: {}", load.acked().size(), errors);
      SecureNode restarted = restart(cluster);
      load.awaitEach("after a restart", ACKS_BETWEEN, BOUND);
      load.stop();
      log.info("{} puts, errors with the restart: {}", load.acked().size(), load.errors());
      requireExplained(load.errors(), restarted);
      requireAll(cluster, load.acked());
    }
    // Whatever fails here is not TLS: an election on a slow machine.
    assertThat(errors.keySet()).allMatch(kind -> kind.contains(": UNAVAILABLE: "));
    requireRefused(cluster, outdated);
  }

  private void trustBoth(SecureCluster cluster) {
    cluster.nodes().forEach(node -> node.trust(old, next));
    trust(old, next);
  }

  private void renew(SecureCluster cluster) {
    rootFiles.writePair(next.issue("root"));
    appFiles.writePair(next.issue("app"));
    strangerFiles.writePair(next.issue("stranger"));
    Issued probe = next.issue("app");
    for (SecureNode node : cluster.nodes()) {
      node.issue(next);
      Await.until(
          "the new certificates of " + node.name(),
          BOUND,
          () ->
              Handshake.serial(node.clientPort(), probe).equals(Optional.of(node.server().serial()))
                  && Handshake.serial(node.peerPort(), probe)
                      .equals(Optional.of(node.peer().serial())));
    }
  }

  /** Waits until every port lets that client in, or none does. */
  private static void requireAccepted(SecureCluster cluster, Issued client, boolean expected) {
    for (SecureNode node : cluster.nodes()) {
      for (int port : List.of(node.clientPort(), node.peerPort())) {
        Await.until(
            node.name()
                + ", port "
                + port
                + (expected ? " accepts " : " refuses ")
                + client.serial(),
            BOUND,
            () -> Handshake.accepted(port, client) == expected);
      }
    }
  }

  /** So that members have to find each other with what is new. */
  private static SecureNode restart(SecureCluster cluster) {
    SecureNode follower = other(cluster, cluster.awaitLeader(BOUND));
    assertThat(follower.process().stop()).as("exit code of " + follower.name()).isZero();
    follower.process().start();
    cluster.awaitLeader(BOUND);
    return follower;
  }

  /** Only the member that was started again has forgotten tokens, as it keeps them in memory. */
  private static void requireExplained(Map<String, Long> errors, SecureNode restarted) {
    String forgotten =
        restarted.name() + ": UNAUTHENTICATED: " + EtcdError.INVALID_AUTH_TOKEN.text();
    assertThat(errors.keySet())
        .allMatch(kind -> kind.contains(": UNAVAILABLE: ") || kind.equals(forgotten));
  }

  /** Every acknowledged put is on every member, which says so alone. */
  private void requireAll(SecureCluster cluster, Map<String, String> acked) {
    for (SecureNode node : cluster.nodes()) {
      try (SecureClient app = SecureClient.of(node.clientPort(), appFiles)) {
        // Nothing is said before this member has what all had agreed to.
        app.get("app/");
        assertThat(own(app)).as("on " + node.name()).containsAllEntriesOf(acked);
      }
    }
  }

  private static Map<String, String> own(SecureClient app) {
    Map<String, String> pairs = new HashMap<>();
    ByteString from = SecureClient.utf8("app/load/");
    RangeResponse page;
    do {
      page = app.own(from, SecureClient.utf8("app/load0"), PAGE);
      for (KeyValue pair : page.getKvsList()) {
        pairs.put(pair.getKey().toStringUtf8(), pair.getValue().toStringUtf8());
        from = pair.getKey().concat(ByteString.copyFrom(new byte[1]));
      }
    } while (page.getMore());
    return pairs;
  }

  private static void requireRefused(SecureCluster cluster, FileSet outdated) {
    for (SecureNode node : cluster.nodes()) {
      try (SecureClient client = SecureClient.of(node.clientPort(), outdated)) {
        assertThat(refusal(() -> client.get("app/x")).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      }
    }
  }

  /** Step 5. */
  private void restoreElsewhere(SecureCluster cluster, SecureCluster restored) throws Exception {
    SecureNode follower = other(cluster, cluster.awaitLeader(BOUND));
    Path backup = directory.resolve("backup.db");
    try (SecureClient root = cluster.client(follower)) {
      long revision = root.put("app/compacted", "here");
      root.put("app/compacted", "and after");
      root.kv().compact(CompactionRequest.newBuilder().setRevision(revision).build());
      Await.until(
          "the compaction on " + follower.name(),
          BOUND,
          () -> root.hash(0).getCompactRevision() == revision);
      kelsonctl(
          "--endpoints=" + follower.clientUrl(),
          "--cacert=" + rootFiles.trusted(),
          "--cert=" + rootFiles.cert(),
          "--key=" + rootFiles.key(),
          "snapshot",
          "save",
          backup.toString());
      root.put("app/after", "the backup");
    }
    restored.found(3, "r", next);
    for (SecureNode node : restored.nodes()) {
      kelsonctl(
          "snapshot",
          "restore",
          backup.toString(),
          "--name=" + node.name(),
          "--data-dir=" + node.dataDir(),
          "--initial-cluster=" + restored.entries(),
          "--initial-cluster-token=" + restored.token(),
          "--initial-advertise-peer-urls=" + node.peerUrl());
    }
    restored.startAll();
    restored.awaitLeader(BOUND);
    requireSameHashes(cluster, restored);
    restored.nodes().forEach(this::requireAuth);
    try (SecureClient app = SecureClient.of(restored.nodes().get(0).clientPort(), appFiles)) {
      assertThat(app.get("app/compacted").getKvs(0).getValue().toStringUtf8())
          .isEqualTo("and after");
      assertThat(app.get("app/after").getCount()).isZero();
    }
  }

  private static void requireSameHashes(SecureCluster cluster, SecureCluster restored) {
    HashKVResponse first = hash(restored, restored.nodes().get(0), 0);
    assertThat(first.getHashRevision()).isPositive();
    List<HashKVResponse> all = new ArrayList<>();
    restored.nodes().forEach(node -> all.add(hash(restored, node, 0)));
    cluster.nodes().forEach(node -> all.add(hash(cluster, node, first.getHashRevision())));
    assertThat(all)
        .hasSize(8)
        .allSatisfy(
            hash -> {
              assertThat(hash.getHash()).isEqualTo(first.getHash());
              assertThat(hash.getHashRevision()).isEqualTo(first.getHashRevision());
              assertThat(hash.getCompactRevision()).isEqualTo(first.getCompactRevision());
            });
    log.info("hash {} at revision {} on all", first.getHash(), first.getHashRevision());
  }

  private static HashKVResponse hash(SecureCluster cluster, SecureNode node, long revision) {
    try (SecureClient root = cluster.client(node)) {
      // A read that everybody agreed to: the member has what was acknowledged before.
      root.get("app/");
      return root.hash(revision);
    }
  }

  private void kelsonctl(String... arguments) throws IOException, InterruptedException {
    Path launcher = Path.of(System.getProperty("chaos.launcher", "bin/kelson"));
    List<String> line = new ArrayList<>();
    line.add(launcher.resolveSibling("kelsonctl").toString());
    line.addAll(List.of(arguments));
    Path output = directory.resolve("kelsonctl.log");
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("KELSON_NO_BUILD", "1");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(line + "\n" + Files.readString(output)).isZero();
  }
}
