package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfigBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole member in this JVM, used through an etcd client that knows nothing of Kelson. */
class KelsonServerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> ANY_PORT = List.of("http://127.0.0.1:0");

  @TempDir Path temp;

  @Test
  void anEtcdClientPutsGetsComparesAndDeletes() throws Exception {
    try (KelsonServer server = start();
        Client client = connect(server)) {
      KV kv = client.getKVClient();
      kv.put(bytes("a"), bytes("1")).get(60, TimeUnit.SECONDS);
      var replaced =
          kv.put(bytes("a"), bytes("2"), PutOption.builder().withPrevKV().build())
              .get(60, TimeUnit.SECONDS);
      assertThat(replaced.getPrevKv().getValue()).isEqualTo(bytes("1"));
      var txn =
          kv.txn()
              .If(new Cmp(bytes("a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("2"))))
              .Then(Op.put(bytes("b"), bytes("3"), PutOption.DEFAULT))
              .commit()
              .get(60, TimeUnit.SECONDS);
      assertThat(txn.isSucceeded()).isTrue();
      GetResponse all =
          kv.get(bytes("a"), GetOption.builder().withRange(bytes("z")).build())
              .get(60, TimeUnit.SECONDS);
      assertThat(all.getKvs())
          .extracting(pair -> pair.getValue().toString())
          .containsExactly("2", "3");
      assertThat(all.getHeader().getMemberId()).isEqualTo(server.memberId());
      assertThat(kv.delete(bytes("a")).get(60, TimeUnit.SECONDS).getDeleted()).isEqualTo(1);
      assertThat(all.getHeader().getRevision()).isEqualTo(4);
    }
  }

  @Test
  void aWatchStartsInThePastAndGoesOn() throws Exception {
    BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
    try (KelsonServer server = start();
        Client client = connect(server)) {
      KV kv = client.getKVClient();
      kv.put(bytes("w"), bytes("1")).get(60, TimeUnit.SECONDS);
      Watch.Watcher watcher =
          client
              .getWatchClient()
              .watch(
                  bytes("w"),
                  WatchOption.builder().withRevision(2).build(),
                  response -> events.addAll(response.getEvents()));
      assertThat(next(events).getKeyValue().getValue()).isEqualTo(bytes("1"));
      kv.delete(bytes("w")).get(60, TimeUnit.SECONDS);
      assertThat(next(events).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
      watcher.close();
    }
  }

  @Test
  void aRestartFindsEverythingAgain() throws Exception {
    long member;
    try (KelsonServer server = start();
        Client client = connect(server)) {
      member = server.memberId();
      for (int i = 0; i < 100; i++) {
        client.getKVClient().put(bytes("k" + i), bytes("v" + i)).get(60, TimeUnit.SECONDS);
      }
    }
    try (KelsonServer server = start();
        Client client = connect(server)) {
      assertThat(server.memberId()).isEqualTo(member);
      GetResponse found =
          client
              .getKVClient()
              .get(bytes("k"), GetOption.builder().isPrefix(true).build())
              .get(60, TimeUnit.SECONDS);
      assertThat(found.getCount()).isEqualTo(100);
      assertThat(found.getHeader().getRevision()).isEqualTo(101);
      assertThat(found.getHeader().getRaftTerm()).isGreaterThan(1);
    }
  }

  @Test
  void statusAndMembersAreWhatToolsExpect() throws Exception {
    try (KelsonServer server = start();
        Client client = connect(server)) {
      var status =
          client
              .getMaintenanceClient()
              .statusMember(server.clientUrls().get(0))
              .get(60, TimeUnit.SECONDS);
      assertThat(status.getVersion()).isEqualTo(KelsonVersion.ETCD_API);
      assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
      assertThat(status.getDbSize()).isPositive();
      var members = client.getClusterClient().listMember().get(60, TimeUnit.SECONDS).getMembers();
      assertThat(members).hasSize(1);
      assertThat(members.get(0).getName()).isEqualTo("default");
      assertThat(members.get(0).getClientURIs())
          .containsExactly(URI.create(server.clientUrls().get(0)));
    }
  }

  @Test
  void healthIsAnsweredOnTheClientPort() throws Exception {
    try (KelsonServer server = start()) {
      URI health = URI.create(server.clientUrls().get(0) + "/health");
      var response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(health).version(HttpClient.Version.HTTP_1_1).build(),
                  BodyHandlers.ofString());
      assertThat(response.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
    }
  }

  @Test
  void aClosedServerLeavesNothingLockedAndCanBeClosedTwice() throws Exception {
    KelsonServer server = start();
    assertThatThrownBy(() -> KelsonServer.builder().dataDir(temp).start())
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("in use by this process");
    server.close();
    server.close();
    start().close();
  }

  @Test
  void aPortInUseIsNamedAndNothingIsCreated() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(
              () -> start(config().listenClientUrls(List.of(url)).advertiseClientUrls(ANY_PORT)))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("cannot listen on " + url)
          .hasMessageContaining("--listen-client-urls");
      assertThatThrownBy(() -> start(config().listenPeerUrls(List.of(url))))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("cannot listen on " + url)
          .hasMessageContaining("--listen-peer-urls");
    }
    assertThat(temp.resolve("data")).doesNotExist();
  }

  @Test
  void anotherClustersDirectoryIsRefused() throws Exception {
    start(config()).close();
    assertThatThrownBy(() -> start(config().initialClusterToken("other")))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--initial-cluster-token was \"etcd-cluster\" and is now \"other\"");
    assertThatThrownBy(
            () ->
                start(
                    config()
                        .initialCluster(
                            InitialCluster.parse("default=http://127.0.0.1:0,b=http://h:1"))))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--initial-cluster was");
  }

  @Test
  void aMemberThatLostItsLogDoesNotStart() throws Exception {
    start(config()).close();
    Path log = temp.resolve("data/log");
    try (var files = Files.list(log)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThatThrownBy(() -> start(config())).isInstanceOf(StartFailure.class);
  }

  @Test
  void joiningSaysWhatIsInTheWay() throws Exception {
    assertThatThrownBy(() -> start(config().initialClusterState(ClusterState.EXISTING)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("none of the other members in --initial-cluster answers");
    assertThat(temp.resolve("data/IDENTITY")).doesNotExist();
  }

  private KelsonServer start() throws Exception {
    KelsonServer server = KelsonServer.builder().dataDir(temp).start();
    assertThat(server.awaitReady(PATIENCE)).isTrue();
    return server;
  }

  private static KelsonServer start(ServerConfigBuilder config) throws StartFailure {
    return KelsonServer.builder().config(config.build()).start();
  }

  private ServerConfigBuilder config() {
    return ServerConfig.builder()
        .dataDir(temp.resolve("data"))
        .listenClientUrls(ANY_PORT)
        .listenPeerUrls(ANY_PORT)
        .initialAdvertisePeerUrls(ANY_PORT);
  }

  private static Client connect(KelsonServer server) {
    return Client.builder().endpoints(server.clientUrls().toArray(String[]::new)).build();
  }

  private static WatchEvent next(BlockingQueue<WatchEvent> events) throws InterruptedException {
    WatchEvent event = events.poll(60, TimeUnit.SECONDS);
    assertThat(event).as("an event within a minute").isNotNull();
    return event;
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
