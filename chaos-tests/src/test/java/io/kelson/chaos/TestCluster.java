package io.kelson.chaos;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Which server the process tests run, and where its files go. */
public final class TestCluster {
  private TestCluster() {}

  /**
   * The server named by the system property {@code chaos.node}: {@code kelson} (the default), or
   * {@code etcd} for a control run of the tests themselves.
   *
   * <p>A missing server fails the test, unless {@code chaos.allow-missing} is true: then it is
   * skipped and says so.
   */
  public static NodeCommand command() {
    String product = System.getProperty("chaos.node", "kelson");
    return switch (product) {
      case "kelson" -> {
        Path launcher = Path.of(System.getProperty("chaos.launcher", "bin/kelson"));
        requirePresent("the launcher", launcher, Files.isExecutable(launcher));
        Path jar = Path.of(System.getProperty("chaos.server-jar", ""));
        requirePresent("the packaged server", jar, Files.isRegularFile(jar));
        yield NodeCommand.kelson(launcher);
      }
      case "etcd" -> {
        Optional<Path> etcd = NodeCommand.findEtcd();
        requirePresent("etcd", etcd.orElse(Path.of("etcd")), etcd.isPresent());
        yield NodeCommand.etcd(etcd.orElseThrow());
      }
      default ->
          throw new IllegalArgumentException("chaos.node is neither kelson nor etcd: " + product);
    };
  }

  /** A fresh directory on the disk the build runs on (a memory file system would not do). */
  public static Path directory(String test) {
    try {
      Path parent = Files.createDirectories(Path.of("target", "clusters").toAbsolutePath());
      return Files.createTempDirectory(parent, test + "-");
    } catch (IOException e) {
      throw new IllegalStateException("no directory for " + test, e);
    }
  }

  private static void requirePresent(String what, Path path, boolean present) {
    if (present) {
      return;
    }
    String message =
        what + " is missing: " + path + "; build it with mvn -B package, or set chaos.node=etcd";
    Assumptions.assumeFalse(Boolean.getBoolean("chaos.allow-missing"), message);
    fail(message);
  }
}
