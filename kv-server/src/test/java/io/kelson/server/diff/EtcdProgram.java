package io.kelson.server.diff;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A real etcd, run as a process of its own on loopback.
 *
 * <p>It ends with this JVM, however that ends: a shell holds our end of a pipe and kills etcd when
 * the pipe breaks.
 */
final class EtcdProgram {
  private static final int ATTEMPTS = 3;

  private static final String KEEPER =
      """
      exec 3<&0
      "$@" 3<&- &
      etcd=$!
      { cat <&3 > /dev/null; kill -9 $etcd; } 2> /dev/null &
      wait $etcd
      kill $! 2> /dev/null
      """;

  private final Path program;

  private EtcdProgram(Path program) {
    this.program = program;
  }

  /** The one named by {@code KELSON_ETCD}, else the first on the PATH; empty if there is none. */
  static Optional<EtcdProgram> find() {
    String named = System.getenv("KELSON_ETCD");
    if (named != null && !named.isEmpty()) {
      return Optional.of(new EtcdProgram(Path.of(named)));
    }
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      Path candidate = Path.of(folder, "etcd");
      if (Files.isExecutable(candidate)) {
        return Optional.of(new EtcdProgram(candidate));
      }
    }
    return Optional.empty();
  }

  /**
   * Starts one member with an empty store.
   *
   * @param folder exists and is empty; data and log go there
   */
  Server start(Path folder) throws IOException {
    RuntimeException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A port found free may be taken by somebody else before etcd listens; then another is tried.
      String client = "http://127.0.0.1:" + freePort();
      String peer = "http://127.0.0.1:" + freePort();
      Path log = folder.resolve("etcd-" + attempt + ".log");
      Process process = run(folder.resolve("etcd-" + attempt), log, client, peer);
      try {
        return Server.connect("etcd", List.of(client), () -> stop(process));
      } catch (RuntimeException e) {
        stop(process);
        last = new IllegalStateException("etcd did not start; it said: " + lastLines(log), e);
      }
    }
    throw last;
  }

  private Process run(Path data, Path log, String client, String peer) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", KEEPER, "sh"));
    command.addAll(
        List.of(
            program.toString(),
            "--data-dir=" + data,
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--log-outputs=stderr",
            "--logger=zap"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD_"));
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(log.toFile())
        .start();
  }

  private static void stop(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new IllegalStateException("cannot end etcd's keeper", e);
    }
    process.onExit().join();
  }

  private static String lastLines(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
