package io.kelson.examples.orchestrator.command;

import io.kelson.examples.orchestrator.parts.ScalingRule;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The rule by which nodes are added and removed, as options. */
final class Scaling {
  @Option(
      names = "--work-per-node",
      defaultValue = "8",
      description = "how much work one node is there for (default: ${DEFAULT-VALUE})")
  private int workPerNode;

  @Option(names = "--min", defaultValue = "1", description = "(default: ${DEFAULT-VALUE})")
  private int min;

  @Option(names = "--max", defaultValue = "4", description = "(default: ${DEFAULT-VALUE})")
  private int max;

  @Option(
      names = "--cool-down",
      defaultValue = "3",
      description = "seconds between two changes (default: ${DEFAULT-VALUE})")
  private long coolDownSeconds;

  ScalingRule rule() {
    return new ScalingRule(workPerNode, min, max, Duration.ofSeconds(coolDownSeconds));
  }

  /** The options again, for another process. */
  List<String> arguments() {
    return List.of(
        "--work-per-node=" + workPerNode,
        "--min=" + min,
        "--max=" + max,
        "--cool-down=" + coolDownSeconds);
  }
}
