package io.kelson.junit;

import io.kelson.client.KelsonClient;
import io.kelson.server.KelsonServer;
import io.kelson.server.StartFailure;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster in this JVM, on loopback ports that the system chose, with real logs on the disk.
 * Members can be stopped and started again. Thread-safe.
 */
public final class LocalCluster implements AutoCloseable {
  /** Ample: a cluster that is not ready by then will not be. */
  private static final Duration READY = Duration.ofSeconds(60);

  /** On loopback nobody is late; short timers make short elections. */
  private static final int HEARTBEAT_MILLIS = 50;

  private static final int ELECTION_MILLIS = 500;

  private final Path directory;
  private final InitialCluster members;
  private final List<String> clientUrls = new ArrayList<>();
  private final KelsonServer[] running;
  private KelsonClient client;
  private boolean closed;

  private LocalCluster(Path directory, InitialCluster members, int nodes) {
    this.directory = directory;
    this.members = members;
    this.running = new KelsonServer[nodes];
  }

  /**
   * Starts a cluster and waits until it serves.
   *
   * @param nodes how many members, from 1
   * @throws IllegalStateException if it does not start; nothing is left running then
   */
  public static LocalCluster start(int nodes) {
    if (nodes < 1) {
      throw new IllegalArgumentException("nodes is " + nodes + ": give at least 1");
    }
    try {
      List<Integer> ports = freePorts(2 * nodes);
      String named =
          String.join(
              ",",
              IntStream.range(0, nodes)
                  .mapToObj(i -> name(i) + "=http://127.0.0.1:" + ports.get(nodes + i))
                  .toList());
      LocalCluster cluster =
          new LocalCluster(
              Files.createTempDirectory("kelson-"), InitialCluster.parse(named), nodes);
      ports.subList(0, nodes).forEach(port -> cluster.clientUrls.add("http://127.0.0.1:" + port));
      cluster.startAll();
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException("no room for a cluster", e);
    }
  }

  /** All at once, so that none is given out twice. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private static String name(int node) {
    return "m" + (node + 1);
  }

  private void startAll() {
    try {
      launchAll();
      for (KelsonServer server : running) {
        awaitReady(server);
      }
      client = newClient();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Together: an election needs a majority, and a member alone would only wait for it. */
  private void launchAll() {
    ExecutorService threads = Executors.newFixedThreadPool(running.length);
    try {
      List<CompletableFuture<Void>> launches =
          IntStream.range(0, running.length)
              .mapToObj(node -> CompletableFuture.runAsync(() -> launch(node), threads))
              .toList();
      // Each is waited for even if another fails, so that close() finds all that started.
      CompletableFuture.allOf(launches.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    } finally {
      threads.shutdown();
    }
  }

  private void launch(int node) {
    List<String> peerUrls = members.peerUrlsByName().get(name(node));
    List<String> clients = List.of(clientUrls.get(node));
    ServerConfig config =
        ServerConfig.builder()
            .name(name(node))
            .dataDir(directory.resolve(name(node)))
            .listenClientUrls(clients)
            .advertiseClientUrls(clients)
            .listenPeerUrls(peerUrls)
            .initialAdvertisePeerUrls(peerUrls)
            .initialCluster(members)
            .heartbeatIntervalMillis(HEARTBEAT_MILLIS)
            .electionTimeoutMillis(ELECTION_MILLIS)
            .build();
    try {
      running[node] = KelsonServer.builder().config(config).start();
    } catch (StartFailure e) {
      throw new IllegalStateException("member " + name(node) + " did not start: " + e, e);
    }
  }

  private static void awaitReady(KelsonServer server) {
    try {
      if (!server.awaitReady(READY)) {
        throw new IllegalStateException("a member was not ready within " + READY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a member started", e);
    }
  }

  /** How many members there are, running or not. */
  public int size() {
    return running.length;
  }

  /** Where clients find the members, by number; a stopped one keeps its place. */
  public List<String> endpoints() {
    return List.copyOf(clientUrls);
  }

  /** A client of the whole cluster, which is closed with it. */
  public synchronized KelsonClient client() {
    return client;
  }

  /** One more client of the whole cluster; the caller closes it. */
  public KelsonClient newClient() {
    return KelsonClient.builder().endpoints(clientUrls).build();
  }

  /** Stops the member of that number, from 0. Idempotent. */
  public synchronized void stop(int node) {
    if (running[node] != null) {
      running[node].close();
      running[node] = null;
    }
  }

  /**
   * Starts the member of that number again, on its data and ports, and waits until it serves, which
   * needs a majority. One that runs is only waited for.
   */
  public void restart(int node) {
    awaitReady(launched(node));
  }

  private synchronized KelsonServer launched(int node) {
    if (closed) {
      throw new IllegalStateException("the cluster is closed");
    }
    if (running[node] == null) {
      launch(node);
    }
    return running[node];
  }

  /** The number, from 0, of the member that leads; -1 while none does. */
  public synchronized int leader() {
    for (int i = 0; i < running.length; i++) {
      KelsonServer server = running[i];
      if (server != null && client.status(clientUrls.get(i)).leader() == server.memberId()) {
        return i;
      }
    }
    return -1;
  }

  /** Stops everything and deletes its data. Idempotent. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (client != null) {
      client.close();
    }
    for (int i = 0; i < running.length; i++) {
      stop(i);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the cluster's data is left below " + directory, e);
    }
  }
}
