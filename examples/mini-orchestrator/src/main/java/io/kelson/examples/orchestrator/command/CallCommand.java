package io.kelson.examples.orchestrator.command;

import io.kelson.client.KelsonClient;
import io.kelson.client.discovery.Balancer;
import io.kelson.client.discovery.Balancers;
import io.kelson.client.discovery.Instance;
import io.kelson.examples.orchestrator.parts.Caller;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run call}: calls the nodes' service. */
@Command(
    name = "call",
    description = "Calls the nodes, balanced, and prints who answered how often.",
    mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
  private static final String NOBODY = "nobody";

  /** The ways to choose that the flag takes. */
  enum Balancing {
    round_robin,
    random,
    least_pending;

    Balancer over(Supplier<List<Instance>> instances) {
      return switch (this) {
        case round_robin -> Balancers.roundRobin(instances);
        case random -> Balancers.random(instances);
        case least_pending -> Balancers.leastPending(instances);
      };
    }
  }

  @Mixin private Store store;

  @Option(
      names = "--count",
      defaultValue = "10",
      description = "how often (default: ${DEFAULT-VALUE})")
  private int count;

  @Option(
      names = "--balancing",
      defaultValue = "round_robin",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private Balancing balancing;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, Integer> answered = new TreeMap<>();
    try (KelsonClient client = store.client();
        Caller caller = new Caller(client, balancing::over)) {
      for (int i = 0; i < count; i++) {
        answered.merge(caller.call().orElse(NOBODY), 1, Integer::sum);
      }
    }
    answered.forEach((node, times) -> System.out.printf("%-10s %d%n", node, times));
    return answered.containsKey(NOBODY) ? 1 : 0;
  }
}
