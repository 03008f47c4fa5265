package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/** Members in this JVM whose ports speak TLS as each was told. */
final class TlsCluster implements AutoCloseable {
  private final Path directory;
  private final List<String> clientUrls = new ArrayList<>();
  private final List<String> peerUrls = new ArrayList<>();
  private final Map<Integer, KelsonServer> running = new HashMap<>();
  private final IntFunction<TlsSettings> client;
  private final IntFunction<TlsSettings> peer;

  /**
   * @param plainPeers members whose peer port is plain
   * @param client settings of each member's client port, which is plain where they are off
   */
  TlsCluster(
      Path directory,
      int members,
      Set<Integer> plainPeers,
      IntFunction<TlsSettings> client,
      IntFunction<TlsSettings> peer)
      throws IOException {
    this.directory = directory;
    this.client = client;
    this.peer = peer;
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      clientUrls.add((client.apply(i).isOn() ? "https" : "http") + hold(held));
      peerUrls.add((plainPeers.contains(i) ? "http" : "https") + hold(held));
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
  }

  private static String hold(List<ServerSocket> held) throws IOException {
    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    held.add(socket);
    return "://127.0.0.1:" + socket.getLocalPort();
  }

  Path dataDir(int member) {
    return directory.resolve("m" + member);
  }

  String clientUrl(int member) {
    return clientUrls.get(member);
  }

  String peerUrl(int member) {
    return peerUrls.get(member);
  }

  KelsonServer member(int member) {
    return running.get(member);
  }

  KelsonServer start(int member) throws StartFailure {
    Map<String, List<String>> members = new LinkedHashMap<>();
    for (int i = 0; i < peerUrls.size(); i++) {
      members.put("m" + i, List.of(peerUrls.get(i)));
    }
    KelsonServer server =
        KelsonServer.builder()
            .config(
                ServerConfig.builder()
                    .name("m" + member)
                    .dataDir(dataDir(member))
                    .listenClientUrls(List.of(clientUrl(member)))
                    .advertiseClientUrls(List.of(clientUrl(member)))
                    .listenPeerUrls(List.of(peerUrl(member)))
                    .initialAdvertisePeerUrls(List.of(peerUrl(member)))
                    .initialCluster(new InitialCluster(members))
                    .clientTls(client.apply(member))
                    .peerTls(peer.apply(member))
                    .build())
            .start();
    running.put(member, server);
    return server;
  }

  void startAll() throws Exception {
    for (int i = 0; i < peerUrls.size(); i++) {
      start(i);
    }
    for (int i = 0; i < peerUrls.size(); i++) {
      awaitReady(i);
    }
  }

  void awaitReady(int member) throws InterruptedException {
    assertThat(running.get(member).awaitReady(TlsMember.PATIENCE)).as("m" + member).isTrue();
  }

  void stop(int member) {
    running.remove(member).close();
  }

  /** Who leads, as one of the others says. */
  int leader() throws Exception {
    Await.until(() -> running.values().stream().anyMatch(m -> m.status().isLeader()));
    return running.entrySet().stream()
        .filter(entry -> entry.getValue().status().isLeader())
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  @Override
  public void close() {
    List.copyOf(running.keySet()).forEach(this::stop);
  }
}
