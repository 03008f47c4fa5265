package io.kelson.examples.orchestrator.command;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.coordination.Election;
import io.kelson.client.coordination.Leader;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.examples.orchestrator.policy.Situation;
import io.kelson.examples.orchestrator.work.DesiredCount;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Keys;
import io.kelson.examples.orchestrator.work.WorkQueue;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run status}: what the store says. */
@Command(
    name = "status",
    description = "Prints items, nodes and leaders.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin private Store store;

  @Override
  public Integer call() {
    try (KelsonClient client = store.client()) {
      List<Item> items = new WorkQueue(client).items();
      for (Item.State state : Item.State.values()) {
        long count = items.stream().filter(item -> item.state() == state).count();
        System.out.printf("%-10s %d items%n", state.name().toLowerCase(Locale.ROOT), count);
      }
      Situation now =
          Situation.of(items, new ServiceRegistry(client, Keys.SERVICES).resolve(Keys.WORKER), "");
      now.nodes()
          .forEach(
              node ->
                  System.out.printf("%-10s %d of %d%n", node.name(), node.used(), node.capacity()));
      System.out.printf("%-10s %d nodes%n", "desired", DesiredCount.read(client).nodes());
      System.out.printf("%-10s %s%n", "scheduler", leader(client, Keys.SCHEDULER));
      System.out.printf("%-10s %s%n", "autoscaler", leader(client, Keys.AUTOSCALER));
      return 0;
    }
  }

  private static String leader(KelsonClient client, Bytes election) {
    return new Election(client, election).leader().map(Leader::value).map(Bytes::utf8).orElse("-");
  }
}
