package io.kelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A one-member etcd for tests, or a Kelson. Two of them started one after the other on the same
 * ports are the same to a client: ids are derived from the peer address.
 */
final class StockEtcd implements AutoCloseable {
  private final Process process;
  private final String sign;
  private final int clientPort;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private StockEtcd(Process process, int clientPort, String sign) {
    this.process = process;
    this.sign = sign;
    this.clientPort = clientPort;
    Thread log = new Thread(this::followLog, "etcd-log");
    log.setDaemon(true);
    log.start();
  }

  /** A program by the name in a variable, else on the PATH; empty if there is none. */
  static Optional<Path> program(String variable, String name) {
    String named = System.getenv(variable);
    if (named != null && !named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      Path candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static StockEtcd start(Path program, Path dataDir, int clientPort, int peerPort)
      throws Exception {
    List<String> logging = List.of("--log-outputs=stderr", "--logger=zap");
    return start(program, logging, dataDir, clientPort, peerPort, "serving client");
  }

  /** The launcher of a Kelson whose server has been built; empty if it has not. */
  static Optional<Path> builtKelson() {
    Path launcher = Path.of("..", "bin", "kelson").toAbsolutePath().normalize();
    Path built = Path.of("..", "kv-server", "target", "lib");
    return Files.isExecutable(launcher) && Files.isDirectory(built)
        ? Optional.of(launcher)
        : Optional.empty();
  }

  static StockEtcd startKelson(Path launcher, Path dataDir, int clientPort, int peerPort)
      throws Exception {
    return start(
        launcher, List.of("server"), dataDir, clientPort, peerPort, "ready to serve client");
  }

  private static StockEtcd start(
      Path program, List<String> more, Path dataDir, int clientPort, int peerPort, String sign)
      throws Exception {
    String client = "http://127.0.0.1:" + clientPort;
    String peer = "http://127.0.0.1:" + peerPort;
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(more);
    command.addAll(
        List.of(
            "--name=default",
            "--data-dir=" + dataDir,
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("ETCD_") || name.startsWith("KELSON_"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    StockEtcd etcd = new StockEtcd(builder.start(), clientPort, sign);
    try {
      etcd.ready.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      etcd.close();
      throw e;
    }
    return etcd;
  }

  private void followLog() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.contains(sign)) {
          ready.complete(null);
        }
      }
      ready.completeExceptionally(
          new IllegalStateException("the server ended before it was ready"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  /** Grants a lease with an id of our choice, which etcdctl cannot. */
  void grantLease(long id, long ttlSeconds) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + endpoint() + "/v3/lease/grant"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"ID\":\"" + id + "\",\"TTL\":\"" + ttlSeconds + "\"}"))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException("lease grant: " + response.body());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
