package io.kelson.bench;

import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A cluster of one Kelson in this JVM, for loads that take a store to be answered. */
final class TestNode implements AutoCloseable {
  private final String endpoint;
  private final KelsonServer server;

  private TestNode(String endpoint, KelsonServer server) {
    this.endpoint = endpoint;
    this.server = server;
  }

  static TestNode start(Path directory) throws IOException, InterruptedException, StartFailure {
    int[] ports = freePorts();
    String endpoint = "127.0.0.1:" + ports[0];
    List<String> clientUrls = List.of("http://" + endpoint);
    List<String> peerUrls = List.of("http://127.0.0.1:" + ports[1]);
    ServerConfig config =
        ServerConfig.builder()
            .name("m1")
            .dataDir(directory)
            .listenClientUrls(clientUrls)
            .advertiseClientUrls(clientUrls)
            .listenPeerUrls(peerUrls)
            .initialAdvertisePeerUrls(peerUrls)
            .initialCluster(InitialCluster.single("m1", peerUrls))
            .heartbeatIntervalMillis(50)
            .electionTimeoutMillis(500)
            .build();
    KelsonServer server = KelsonServer.builder().config(config).start();
    if (!server.awaitReady(Duration.ofSeconds(60))) {
      server.close();
      throw new IllegalStateException("the server was not ready in time");
    }
    return new TestNode(endpoint, server);
  }

  String endpoint() {
    return endpoint;
  }

  /** A closed loop over two connections that ends after so many operations. */
  LoadPlan plan(int clients, long total) {
    return new LoadPlan(
        List.of(endpoint), clients, 2, 1, Duration.ZERO, Duration.ZERO, total, 0, 10_000, 1);
  }

  LoadResult run(Script script, int clients, long total) throws InterruptedException {
    try (LoadDriver driver = LoadDriver.connect(script, plan(clients, total))) {
      return driver.run(List.of(ProcessHandle.current().pid()), ProgressLine.onTerminal());
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private static int[] freePorts() throws IOException {
    try (ServerSocket client = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new int[] {client.getLocalPort(), peer.getLocalPort()};
    }
  }
}
