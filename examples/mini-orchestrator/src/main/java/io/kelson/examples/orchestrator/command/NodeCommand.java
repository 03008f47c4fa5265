package io.kelson.examples.orchestrator.command;

import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.parts.Answers;
import io.kelson.examples.orchestrator.parts.Timer;
import io.kelson.examples.orchestrator.parts.Worker;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run node}: registers, runs what it is given, and answers calls. */
@Command(
    name = "node",
    description = "Runs items, and answers calls with its name.",
    mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  @Mixin private Store store;
  @Mixin private Identity identity;

  @Option(
      names = "--capacity",
      defaultValue = "4",
      description = "the sizes of what it runs at once (default: ${DEFAULT-VALUE})")
  private int capacity;

  @Override
  public Integer call() throws InterruptedException {
    identity.bind();
    String name = identity.name("node");
    Consumer<String> log = Console.log(name);
    KelsonClient client = store.client();
    Answers answers = Answers.start(name);
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    Worker worker =
        Worker.start(
            client,
            name,
            capacity,
            answers.address(),
            identity.ttlSeconds(),
            Timer.on(threads),
            log);
    log.accept("holds " + capacity + " and answers at " + answers.address());
    Console.serve(worker, answers, threads::shutdownNow, client);
    return 0;
  }
}
