package io.kelson.chaos.client;

import io.kelson.chaos.NodeCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** What a suite runs on. */
enum Product {
  KELSON,
  ETCD;

  /** How to start it; skips the test, saying so, where it is not there. */
  NodeCommand command() {
    return switch (this) {
      case KELSON -> {
        Path launcher = Path.of(System.getProperty("chaos.launcher", "bin/kelson"));
        Assumptions.assumeTrue(Files.isExecutable(launcher), "no launcher at " + launcher);
        yield NodeCommand.kelson(launcher);
      }
      case ETCD -> {
        Optional<Path> etcd = NodeCommand.findEtcd();
        Assumptions.assumeTrue(etcd.isPresent(), "no etcd on the PATH: its half is skipped");
        yield NodeCommand.etcd(etcd.orElseThrow());
      }
    };
  }
}
