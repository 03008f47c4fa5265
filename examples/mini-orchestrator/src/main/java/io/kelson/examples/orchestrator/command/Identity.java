package io.kelson.examples.orchestrator.command;

import picocli.CommandLine.Option;

/** Who a part is: options of those that live on a lease. */
final class Identity {
  @Option(names = "--name", description = "its name, unique among its kind (default: by process)")
  private String name;

  @Option(
      names = "--ttl",
      defaultValue = "5",
      description = "seconds until it is given up when it dies (default: ${DEFAULT-VALUE})")
  private long ttlSeconds;

  @Option(
      names = "--end-with-parent",
      description = "end when the process that started it has ended")
  private boolean endWithParent;

  /** Ends this process with the one that started it, if that is wanted. */
  void bind() {
    if (endWithParent) {
      ProcessHandle.current()
          .parent()
          .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    }
  }

  /** Its name, or one that is made of its kind and process. */
  String name(String kind) {
    return name == null ? kind + "-" + ProcessHandle.current().pid() : name;
  }

  /** How long it is waited for when it has died. */
  long ttlSeconds() {
    return ttlSeconds;
  }
}
