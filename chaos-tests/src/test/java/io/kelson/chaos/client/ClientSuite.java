package io.kelson.chaos.client;

import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.ProcessCluster;
import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.KelsonClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** Three members for a suite's tests, and a fresh prefix and client for each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClientSuite {
  static final Duration BOUND = Duration.ofSeconds(60);

  private static final AtomicInteger PREFIXES = new AtomicInteger();

  private final Product product;
  private final List<KelsonClient> clients = new ArrayList<>();

  ProcessCluster cluster;
  KelsonClient client;
  String prefix;

  ClientSuite(Product product) {
    this.product = product;
  }

  @BeforeAll
  void startCluster() throws IOException {
    Path parent = Files.createDirectories(Path.of("target", "clusters").toAbsolutePath());
    Path directory = Files.createTempDirectory(parent, getClass().getSimpleName() + "-");
    cluster = ProcessCluster.create(product.command(), directory, 3);
    cluster.startAll(BOUND);
  }

  @AfterAll
  void stopCluster() {
    if (cluster != null) {
      cluster.close();
      cluster.deleteData();
    }
  }

  @BeforeEach
  void openClient() {
    prefix = "t" + PREFIXES.incrementAndGet() + "/";
    client = connect();
  }

  @AfterEach
  void closeClients() {
    clients.forEach(KelsonClient::close);
    clients.clear();
  }

  List<String> endpoints() {
    return cluster.nodes().stream().map(node -> node.spec().endpoint()).toList();
  }

  static String endpoint(ClusterNode node) {
    return node.spec().endpoint();
  }

  KelsonClientBuilder builder() {
    return KelsonClient.builder().endpoints(endpoints()).requestTimeout(Duration.ofSeconds(30));
  }

  /** One more client, closed after the test. */
  KelsonClient connect() {
    return opened(builder());
  }

  synchronized KelsonClient opened(KelsonClientBuilder builder) {
    KelsonClient opened = builder.build();
    clients.add(opened);
    return opened;
  }

  /** A key of this test's own. */
  Bytes key(String name) {
    return Bytes.utf8(prefix + name);
  }

  static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }
}
