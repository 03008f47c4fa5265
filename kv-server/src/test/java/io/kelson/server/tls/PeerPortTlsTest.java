package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.MemberAddRequest;
import io.kelson.raft.transport.ClusterDescription;
import io.kelson.raft.transport.PeerAddress;
import io.kelson.server.config.TlsSettings;
import io.kelson.server.config.UrlList;
import io.kelson.server.tls.TestCertificates.Authority;
import io.kelson.server.tls.TestCertificates.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** TLS between members that run. */
class PeerPortTlsTest {
  private static final IntFunction<TlsSettings> OFF = member -> TlsSettings.OFF;

  @TempDir private Path directory;

  private final Authority ca = TestCertificates.authority("ca");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TestCertificates files;
  private Path trusted;

  @BeforeEach
  void write() throws Exception {
    files = new TestCertificates(directory);
    trusted = files.pem("ca.pem", ca.certificate());
    log.start();
    root().setLevel(Level.INFO);
    root().addAppender(log);
  }

  @AfterEach
  void endLog() {
    root().detachAppender(log);
    root().setLevel(null);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger("io.kelson");
  }

  private boolean wasLogged(String... parts) {
    synchronized (log) {
      return List.copyOf(log.list).stream()
          .map(ILoggingEvent::getFormattedMessage)
          .anyMatch(message -> List.of(parts).stream().allMatch(message::contains));
    }
  }

  private TlsSettings mutual(String name, String... hosts) {
    try {
      Pair pair = files.pair(name, ca.issue(name, hosts));
      return settings(pair, tls -> tls);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private TlsSettings settings(Pair pair, UnaryOperator<TlsSettings.Builder> more) {
    return more.apply(
            TlsSettings.builder()
                .certFile(pair.cert())
                .keyFile(pair.key())
                .trustedCaFile(trusted)
                .clientCertAuth(true))
        .build();
  }

  private IntFunction<TlsSettings> mutualPeers() {
    TlsSettings[] all = new TlsSettings[3];
    for (int i = 0; i < all.length; i++) {
      all[i] = mutual("m" + i, "127.0.0.1");
    }
    return i -> all[i];
  }

  private ManagedChannel plain(TlsCluster cluster, int member) {
    return ChannelDial.withoutFiles().to(cluster.clientUrl(member)).build();
  }

  private void put(TlsCluster cluster, int member) {
    ManagedChannel channel = plain(cluster, member);
    try {
      TlsMember.put(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void membersSurviveTheExchangeOfEveryCertificateAndOfTheAuthority() throws Exception {
    try (TlsCluster cluster = new TlsCluster(directory, 3, Set.of(), OFF, mutualPeers())) {
      cluster.startAll();
      put(cluster, 0);
      Authority next = TestCertificates.authority("next-ca");
      files.pem("ca.pem", ca.certificate(), next.certificate());
      awaitReloads(3);
      for (int i = 0; i < 3; i++) {
        files.pair("m" + i, next.issue("m" + i, "127.0.0.1"));
        awaitNew("CN=m" + i);
        restart(cluster, i);
      }
      files.pem("ca.pem", next.certificate());
      awaitReloads(3);
      for (int i = 0; i < 3; i++) {
        restart(cluster, i);
      }
      // Who still has a certificate of the old authority is a stranger now.
      assertThatThrownBy(
              () -> describe(cluster, 0, files.pair("old", ca.issue("old", "127.0.0.1"))))
          .isInstanceOf(IOException.class);
      Await.until(() -> wasLogged("rejected connection on peer endpoint", "showed no certificate"));
      describe(cluster, 0, files.pair("new", next.issue("new", "127.0.0.1")));
    }
  }

  /** A member that dials and is dialled anew, and all still works. */
  private void restart(TlsCluster cluster, int member) throws Exception {
    cluster.stop(member);
    put(cluster, (member + 1) % 3);
    cluster.start(member);
    cluster.awaitReady(member);
    put(cluster, member);
    clearLog();
  }

  private void clearLog() {
    synchronized (log) {
      log.list.clear();
    }
  }

  private void awaitReloads(int members) throws Exception {
    Await.until(
        () -> {
          synchronized (log) {
            return List.copyOf(log.list).stream()
                    .filter(e -> e.getFormattedMessage().contains("new TLS files are in force"))
                    .count()
                >= members;
          }
        });
    clearLog();
  }

  private void awaitNew(String subject) throws Exception {
    Await.until(() -> wasLogged("new TLS files are in force for the peer port", subject));
  }

  private byte[] describe(TlsCluster cluster, int member, Pair pair) throws Exception {
    Reach reach =
        Reach.of(
            TlsFiles.ofClient(null, null, null),
            TlsFiles.ofClient(trusted, pair.cert(), pair.key()));
    return ClusterDescription.ask(
        address(cluster, member), reach.peers(), (int) TlsMember.PATIENCE.toMillis());
  }

  private static PeerAddress address(TlsCluster cluster, int member) {
    var at = UrlList.unresolved(cluster.peerUrl(member));
    return new PeerAddress(at.getHostString(), at.getPort(), true);
  }

  @Test
  void aMemberWithoutACertificateOfTheAuthorityStaysOut() throws Exception {
    Authority other = TestCertificates.authority("other");
    Pair stranger = files.pair("stranger", other.issue("stranger", "127.0.0.1"));
    IntFunction<TlsSettings> peers = mutualPeers();
    try (TlsCluster cluster =
        new TlsCluster(
            directory,
            3,
            Set.of(),
            OFF,
            i -> i == 2 ? settings(stranger, tls -> tls) : peers.apply(i))) {
      cluster.start(0);
      cluster.start(1);
      cluster.start(2);
      cluster.awaitReady(0);
      cluster.awaitReady(1);
      Await.until(
          () -> wasLogged("rejected connection on peer endpoint", "it showed no certificate"));
      assertThat(cluster.member(2).status().leader()).isZero();
    }
  }

  @Test
  void aMemberThatIsNotWhereItsCertificateSaysStaysOut() throws Exception {
    IntFunction<TlsSettings> peers = mutualPeers();
    TlsSettings elsewhere = mutual("elsewhere", "10.9.8.7");
    try (TlsCluster cluster =
        new TlsCluster(directory, 3, Set.of(), OFF, i -> i == 2 ? elsewhere : peers.apply(i))) {
      cluster.start(0);
      cluster.start(1);
      cluster.start(2);
      cluster.awaitReady(0);
      cluster.awaitReady(1);
      Await.until(
          () ->
              wasLogged(
                  "rejected connection on peer endpoint", "[10.9.8.7] and not for 127.0.0.1"));
      // And it is not taken for the member that the others dial.
      Await.until(() -> wasLogged("TLS handshake failed", "127.0.0.1"));
    }
  }

  @Test
  void commonNamesOfMembersMayBeBound() throws Exception {
    Pair ok = files.pair("ok", ca.issue("member", "127.0.0.1"));
    Pair not = files.pair("not", ca.issue("visitor", "127.0.0.1"));
    try (TlsCluster cluster =
        new TlsCluster(
            directory,
            3,
            Set.of(),
            OFF,
            i -> settings(i == 2 ? not : ok, tls -> tls.allowedCns(List.of("member"))))) {
      cluster.start(0);
      cluster.start(1);
      cluster.start(2);
      cluster.awaitReady(0);
      cluster.awaitReady(1);
      Await.until(() -> wasLogged("CN=visitor", "none of the common names"));
    }
  }

  @Test
  void plainMembersAndOthersRefuseEachOtherClearly() throws Exception {
    IntFunction<TlsSettings> peers = mutualPeers();
    try (TlsCluster cluster = new TlsCluster(directory, 2, Set.of(), OFF, i -> peers.apply(i));
        TlsCluster plain = new TlsCluster(directory.resolve("plain"), 1, Set.of(0), OFF, OFF)) {
      cluster.startAll();
      plain.startAll();
      PeerAddress tlsPort = address(cluster, 0);
      assertThatThrownBy(
              () -> ClusterDescription.ask(new PeerAddress(tlsPort.host(), tlsPort.port()), 60_000))
          .hasMessageContaining("this peer port speaks TLS only; give all members https peer URLs");
      assertThatThrownBy(() -> describe(plain, 0, files.pair("x", ca.issue("x", "127.0.0.1"))))
          .hasMessageContaining("TLS handshake failed");
      Await.until(() -> wasLogged("it speaks TLS, which this side does not"));
    }
  }

  /**
   * Renewals and changes of members go to the leader's client port, which asks for certificates.
   */
  @Test
  void followersReachTheLeadersClientPort() throws Exception {
    TlsSettings shared = mutual("shared", "127.0.0.1");
    try (TlsCluster cluster = new TlsCluster(directory, 3, Set.of(), i -> shared, i -> shared)) {
      cluster.startAll();
      int follower = (cluster.leader() + 1) % 3;
      Pair client = files.pair("client", ca.issue("client"));
      Reach reach =
          Reach.of(
              TlsFiles.ofClient(trusted, client.cert(), client.key()),
              TlsFiles.ofClient(null, null, null));
      ManagedChannel channel = reach.clients().to(cluster.clientUrl(follower)).build();
      try {
        long lease =
            LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
        assertThat(renew(channel, lease).getTTL()).isEqualTo(60);
        ClusterGrpc.newBlockingStub(channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .memberAdd(
                MemberAddRequest.newBuilder()
                    .addPeerURLs("https://127.0.0.1:1")
                    .setIsLearner(true)
                    .build());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static LeaseKeepAliveResponse renew(ManagedChannel channel, long lease)
      throws InterruptedException {
    BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
    StreamObserver<LeaseKeepAliveRequest> renewals =
        LeaseGrpc.newStub(channel)
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable problem) {
                    answers.add(problem);
                  }

                  @Override
                  public void onCompleted() {}
                });
    renewals.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    Object answer = answers.poll(60, TimeUnit.SECONDS);
    assertThat(answer).isInstanceOf(LeaseKeepAliveResponse.class);
    renewals.onCompleted();
    return (LeaseKeepAliveResponse) answer;
  }

  @Test
  void membersMakeCertificatesThemselves() throws Exception {
    TlsSettings made = TlsSettings.builder().autoTls(true).build();
    try (TlsCluster cluster = new TlsCluster(directory, 3, Set.of(), i -> made, i -> made)) {
      cluster.startAll();
      Path client = cluster.dataDir(0).resolve("fixtures/client");
      Path peer = cluster.dataDir(0).resolve("fixtures/peer");
      byte[] before = Files.readAllBytes(peer.resolve("cert.pem"));
      cluster.stop(0);
      cluster.start(0);
      cluster.awaitReady(0);
      assertThat(Files.readAllBytes(peer.resolve("cert.pem"))).isEqualTo(before);
      Reach reach =
          Reach.of(
              TlsFiles.ofClient(client.resolve("cert.pem"), null, null),
              TlsFiles.ofClient(null, null, null));
      ManagedChannel channel = reach.clients().to(cluster.clientUrl(0)).build();
      try {
        TlsMember.put(channel);
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
