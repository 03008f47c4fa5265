package io.kelson.examples.orchestrator.command;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import java.util.List;
import picocli.CommandLine.Option;

/** Which store to use: options that every command has. */
final class Store {
  @Option(
      names = "--endpoints",
      split = ",",
      defaultValue = "127.0.0.1:2379",
      description = "the store's members (default: ${DEFAULT-VALUE})")
  private List<String> endpoints;

  @Option(
      names = "--namespace",
      defaultValue = "orchestrator/",
      description = "before every key (default: ${DEFAULT-VALUE})")
  private String namespace;

  /** A client of it; the caller closes it. */
  KelsonClient client() {
    return KelsonClient.builder().endpoints(endpoints).namespace(Bytes.utf8(namespace)).build();
  }

  /** The options again, for another process. */
  List<String> arguments() {
    return List.of("--endpoints", String.join(",", endpoints), "--namespace", namespace);
  }
}
