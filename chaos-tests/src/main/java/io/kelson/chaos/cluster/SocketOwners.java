package io.kelson.chaos.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
  private static final int INODE = 9;

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
   * The member that dialled.
   *
   * @param localPort of the one who dialled
   * @param remotePort that it dialled
   * @return empty if no member's process holds that socket, also if it is gone already
   */
  @Override
  public OptionalInt memberOf(int localPort, int remotePort) throws IOException {
    Optional<String> inode = inode(localPort, remotePort);
    if (inode.isEmpty()) {
      return OptionalInt.empty();
    }
    String socket = "socket:[" + inode.get() + "]";
    for (Map.Entry<Long, Integer> member : members.get().entrySet()) {
      if (holds(member.getKey(), socket)) {
        return OptionalInt.of(member.getValue());
      }
    }
    return OptionalInt.empty();
  }

  private static Optional<String> inode(int localPort, int remotePort) throws IOException {
    String local = ":%04X".formatted(localPort);
    String remote = ":%04X".formatted(remotePort);
    for (Path table : TABLES) {
      if (!Files.exists(table)) {
        continue;
      }
      for (String line : Files.readAllLines(table)) {
        String[] fields = line.trim().split("\\s+");
        if (fields.length > INODE
            && fields[LOCAL].endsWith(local)
            && fields[REMOTE].endsWith(remote)
            && !fields[INODE].equals("0")) {
          return Optional.of(fields[INODE]);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean holds(long pid, String socket) {
    Stream<Long> children =
        ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).map(ProcessHandle::pid);
    return Stream.concat(Stream.of(pid), children).anyMatch(each -> hasOpen(each, socket));
  }

  private static boolean hasOpen(long pid, String socket) {
    Path descriptors = Path.of("/proc", Long.toString(pid), "fd");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        if (isLinkTo(descriptor, socket)) {
          return true;
        }
      }
    } catch (IOException e) {
      // The process is gone, and what it held with it.
    }
    return false;
  }

  private static boolean isLinkTo(Path descriptor, String socket) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(socket);
    } catch (IOException e) {
      // Closed since it was listed.
      return false;
    }
  }
}
