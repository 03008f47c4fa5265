package io.kelson.chaos.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Tells which member's process holds the other end of a loopback connection, from {@code /proc}.
 * Thread-safe.
 */
final class SocketOwners implements FaultProxy.Dialler {
  /** A JVM's sockets are IPv6 ones, also to 127.0.0.1. */
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final String ESTABLISHED = "01";

  private static final String SOCKET = "socket:[";

  private final Supplier<Map<Long, Integer>> members;

  /**
   * Looks among these processes and their children only.
   *
   * @param members process ids and whose they are, as of now
   */
  SocketOwners(Supplier<Map<Long, Integer>> members) {
    this.members = members;
  }

  /**
   * Looks once for all: a look reads every connection of the machine, and members that cannot reach
   * each other dial often.
   */
  @Override
  public FaultProxy.Look look() throws IOException {
    Map<Ends, String> inodes = inodes();
    Map<String, Integer> owners = new HashMap<>();
    members.get().forEach((pid, member) -> collect(pid, member, owners));
    return (localPort, remotePort) -> {
      String inode = inodes.get(new Ends(localPort, remotePort));
      Integer member = inode == null ? null : owners.get(inode);
      return member == null ? OptionalInt.empty() : OptionalInt.of(member);
    };
  }

  /** A connection as one of its sides sees it. */
  private record Ends(int local, int remote) {}

  private static Map<Ends, String> inodes() throws IOException {
    Map<Ends, String> inodes = new HashMap<>();
    for (Path table : TABLES) {
      if (!Files.exists(table)) {
        continue;
      }
      for (String line : Files.readAllLines(table)) {
        String[] fields = line.trim().split("\\s+");
        boolean open = fields.length > INODE && fields[STATE].equals(ESTABLISHED);
        if (open) {
          inodes.put(new Ends(port(fields[LOCAL]), port(fields[REMOTE])), fields[INODE]);
        }
      }
    }
    return inodes;
  }

  private static int port(String address) {
    return Integer.parseInt(address, address.lastIndexOf(':') + 1, address.length(), 16);
  }

  /** The sockets of a process, and of its children, for a member may be behind a launcher. */
  private static void collect(long pid, int member, Map<String, Integer> owners) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        String target = linkTarget(descriptor);
        if (target.startsWith(SOCKET)) {
          owners.put(target.substring(SOCKET.length(), target.length() - 1), member);
        }
      }
      Path children = process.resolve("task").resolve(Long.toString(pid)).resolve("children");
      if (Files.exists(children)) {
        Files.readString(children)
            .lines()
            .flatMap(line -> Arrays.stream(line.trim().split(" ")))
            .filter(child -> !child.isEmpty())
            .forEach(child -> collect(Long.parseLong(child), member, owners));
      }
    } catch (IOException e) {
      // The process is gone, and what it held with it.
    }
  }

  private static String linkTarget(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      // Closed since it was listed.
      return "";
    }
  }
}
