package io.kelson.chaos;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a member of one product is started, and in what its behaviour as a process differs.
 *
 * @param product {@code kelson} or {@code etcd}
 * @param prefix the command line up to the flags
 * @param exitCodeAfterTerm how the process ends after SIGTERM: Kelson with 0; etcd cleans up and
 *     then lets the signal kill it, which a parent sees as 143
 * @param refusesSharedDataDir whether a second process on a data directory ends at once; etcd waits
 *     for the first to end instead
 */
public record NodeCommand(
    String product, List<String> prefix, int exitCodeAfterTerm, boolean refusesSharedDataDir) {

  /** A stock etcd. */
  public static NodeCommand etcd(Path binary) {
    return new NodeCommand("etcd", List.of(binary.toString()), 143, false);
  }

  /** Kelson, through its launcher {@code bin/kelson}. */
  public static NodeCommand kelson(Path launcher) {
    return new NodeCommand("kelson", List.of(launcher.toString(), "server"), 0, true);
  }

  /**
   * Kelson with some classes in place of its own.
   *
   * @param classes a directory with these
   * @param serverClassPath the server's jar and what it needs
   */
  public static NodeCommand patchedKelson(Path classes, List<Path> serverClassPath) {
    String classPath =
        Stream.concat(Stream.of(classes), serverClassPath.stream())
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> prefix =
        List.of(java, "-Xms256m", "-Xmx1g", "-XX:+ExitOnOutOfMemoryError", "-cp", classPath);
    return new NodeCommand(
        "kelson",
        Stream.concat(prefix.stream(), Stream.of("io.kelson.server.Main", "server")).toList(),
        0,
        true);
  }

  /** The stock etcd that {@code KELSON_ETCD} names, or the first one on the path. */
  public static Optional<Path> findEtcd() {
    String named = System.getenv("KELSON_ETCD");
    if (named != null && !named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
      Path candidate = Path.of(directory, "etcd");
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** The whole command line for one member. */
  public List<String> line(NodeSpec spec) {
    List<String> line = new ArrayList<>(prefix);
    line.addAll(spec.flags());
    return line;
  }
}
