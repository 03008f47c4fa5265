package io.kelson.chaos.nemesis;

import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.cluster.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Hundreds of connections to a member's client port that say nothing, or begin to say something:
 * half an HTTP/2 preface, half a TLS greeting.
 */
final class ConnectionFlood implements Nemesis {
  private static final int CONNECTIONS = 500;
  private static final int CONNECT_MILLIS = 2_000;
  private static final byte[] HALF_PREFACE = "PRI * HTTP/2".getBytes(StandardCharsets.US_ASCII);

  /** A handshake record of 512 bytes is announced, six are sent. */
  private static final byte[] HALF_GREETING = {0x16, 3, 1, 2, 0, 1};

  private final Lasting lasting;

  ConnectionFlood(Lasting lasting) {
    this.lasting = lasting;
  }

  @Override
  public String name() {
    return "connection-flood";
  }

  @Override
  public String describe() {
    return CONNECTIONS + " connections to a member that say nothing or half of something";
  }

  @Override
  public Set<Ability> needs() {
    return Set.of();
  }

  @Override
  public Strike strike(ChaosCluster cluster, RandomGenerator random) {
    int member = random.nextInt(cluster.size());
    ProcessNemeses.requireRunning(cluster, List.of(member), null);
    long before = sockets(cluster, member);
    List<Socket> open = open(cluster.endpoint(member));
    return new Fault(
        open.size() + " connections to member " + member + " are open and silent",
        lasting.draw(random),
        () -> {
          long during = sockets(cluster, member);
          open.forEach(ConnectionFlood::close);
          String proof = open.size() + " connections were accepted";
          if (before < 0 || during < 0) {
            return open.isEmpty() ? Optional.empty() : Optional.of(proof);
          }
          // It may close those that are silent for long: some are gone at the end.
          return during > before
              ? Optional.of(
                  "%s; member %d held %d sockets before and %d in the end"
                      .formatted(proof, member, before, during))
              : Optional.empty();
        });
  }

  private static List<Socket> open(String endpoint) {
    int colon = endpoint.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1)));
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      Socket socket = new Socket();
      try {
        socket.connect(address, CONNECT_MILLIS);
        switch (i % 3) {
          case 1 -> socket.getOutputStream().write(HALF_PREFACE);
          case 2 -> socket.getOutputStream().write(HALF_GREETING);
          default -> {}
        }
        open.add(socket);
      } catch (IOException e) {
        // No more are taken.
        close(socket);
        break;
      }
    }
    return open;
  }

  /** Sockets the member's process has open; -1 if nobody knows. */
  private static long sockets(ChaosCluster cluster, int member) {
    OptionalLong pid =
        cluster instanceof Processes processes ? processes.pid(member) : OptionalLong.empty();
    if (pid.isEmpty()) {
      return -1;
    }
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid.getAsLong()), "fd"))) {
      return open.filter(ConnectionFlood::isSocket).count();
    } catch (IOException e) {
      return -1;
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false;
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
