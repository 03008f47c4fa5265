package io.kelson.examples.orchestrator.command;

import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.WorkQueue;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run submit}: adds an item. */
@Command(name = "submit", description = "Adds an item.", mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {
  @Mixin private Store store;

  @Parameters(paramLabel = "ID", description = "its id; one that was there is not added again")
  private String id;

  @Option(
      names = "--millis",
      defaultValue = "1000",
      description = "how long it runs (default: ${DEFAULT-VALUE})")
  private long millis;

  @Option(
      names = "--size",
      defaultValue = "1",
      description = "how much of a node it takes (default: ${DEFAULT-VALUE})")
  private int size;

  @Override
  public Integer call() {
    Item item = Item.fresh(id, Duration.ofMillis(millis), size);
    try (KelsonClient client = store.client()) {
      if (new WorkQueue(client).submit(item)) {
        System.out.println(id + " is submitted");
        return 0;
      }
      System.err.println(id + " was submitted before: give another id");
      return 1;
    }
  }
}
