package io.kelson.chaos;

import io.kelson.chaos.Certificates.Authority;
import io.kelson.chaos.Certificates.FileSet;
import io.kelson.chaos.Certificates.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A member with mutual TLS on both ports that gets all its settings from a file, with the
 * certificates it shows. For one thread at a time.
 */
final class SecureNode {
  private final ClusterNode process;
  private final int clientPort;
  private final int peerPort;
  private final FileSet serverFiles;
  private final FileSet peerFiles;
  private final Path settings;
  private final Path dataDir;
  private Issued server;
  private Issued peer;

  SecureNode(NodeCommand command, Path directory, String name, List<Integer> ports) {
    clientPort = ports.get(0);
    peerPort = ports.get(1);
    serverFiles = FileSet.of(directory, name + "-server");
    peerFiles = FileSet.of(directory, name + "-peer");
    settings = directory.resolve(name + ".yaml");
    dataDir = directory.resolve(name);
    NodeSpec spec =
        NodeSpec.ofFile(name, dataDir, clientPort, peerPort, ClusterTiming.DEFAULT, settings);
    process = new ClusterNode(command, spec, directory.resolve(name + ".log"));
  }

  String name() {
    return process.name();
  }

  ClusterNode process() {
    return process;
  }

  int clientPort() {
    return clientPort;
  }

  int peerPort() {
    return peerPort;
  }

  Path dataDir() {
    return dataDir;
  }

  String peerUrl() {
    return "https://127.0.0.1:" + peerPort;
  }

  String clientUrl() {
    return "https://127.0.0.1:" + clientPort;
  }

  /** As in {@code initial-cluster}. */
  String entry() {
    return name() + "=" + peerUrl();
  }

  /** The certificate on its client port. */
  Issued server() {
    return server;
  }

  /** The certificate on its peer port, which it shows to the other members too. */
  Issued peer() {
    return peer;
  }

  /** Replaces both pairs. */
  void issue(Authority authority) {
    server = authority.issue(name() + "-server");
    peer = authority.issue(name() + "-peer");
    serverFiles.writePair(server);
    peerFiles.writePair(peer);
  }

  /** Replaces the list of authorities of both ports. */
  void trust(Authority... authorities) {
    serverFiles.writeTrusted(authorities);
    peerFiles.writeTrusted(authorities);
  }

  /** Writes the settings file. */
  void configure(String initialCluster, String state, String token) {
    List<String> lines =
        List.of(
            "name: " + name(),
            "data-dir: " + dataDir,
            "listen-client-urls: " + clientUrl(),
            "advertise-client-urls: " + clientUrl(),
            "listen-peer-urls: " + peerUrl(),
            "initial-advertise-peer-urls: " + peerUrl(),
            "initial-cluster: " + initialCluster,
            "initial-cluster-state: " + state,
            "initial-cluster-token: " + token,
            "heartbeat-interval: " + ClusterTiming.DEFAULT.heartbeatIntervalMillis(),
            "election-timeout: " + ClusterTiming.DEFAULT.electionTimeoutMillis(),
            security("client-transport-security", serverFiles),
            security("peer-transport-security", peerFiles));
    try {
      Files.write(settings, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String security(String block, FileSet files) {
    return String.join(
        "\n  ",
        block + ":",
        "cert-file: " + files.cert(),
        "key-file: " + files.key(),
        "client-cert-auth: true",
        "trusted-ca-file: " + files.trusted());
  }
}
