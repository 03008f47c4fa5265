package io.kelson.bench;

import io.kelson.chaos.NodeCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The servers that can be compared.
 *
 * @param kelson Kelson's launcher
 */
record Products(Path kelson) {
  /**
   * How its servers are started.
   *
   * @param product {@code etcd} or {@code kelson}
   */
  NodeCommand command(String product) {
    return switch (product) {
      case "etcd" ->
          NodeCommand.etcd(
              NodeCommand.findEtcd()
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "no etcd on the path: install one or name it in KELSON_ETCD")));
      case "kelson" -> {
        if (!Files.isExecutable(kelson)) {
          throw new IllegalStateException("no launcher at " + kelson + ": name it with --kelson");
        }
        yield NodeCommand.kelson(kelson.toAbsolutePath());
      }
      default -> throw new IllegalArgumentException("neither etcd nor kelson: " + product);
    };
  }

  /** What the server calls itself; a Kelson that must be built first is built here. */
  static String version(NodeCommand command) throws IOException, InterruptedException {
    List<String> line = List.of(command.prefix().get(0), "--version");
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes()).strip();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(line + " does not end");
    }
    // Kelson says which etcd it is like first, as etcd's clients expect.
    return command.product()
        + ": "
        + output
            .lines()
            .filter(each -> each.startsWith("Kelson Version"))
            .findFirst()
            .or(() -> output.lines().findFirst())
            .orElse("version unknown");
  }
}
