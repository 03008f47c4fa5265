package io.kelson.examples.orchestrator.command;

import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.parts.Candidate;
import io.kelson.examples.orchestrator.parts.Scheduler;
import io.kelson.examples.orchestrator.policy.PolicyName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run scheduler}: places items while it leads. */
@Command(
    name = "scheduler",
    description = "Places items on nodes. Start several: one leads, the others stand by.",
    mixinStandardHelpOptions = true)
final class SchedulerCommand implements Callable<Integer> {
  @Mixin private Store store;
  @Mixin private Identity identity;

  @Option(
      names = "--policy",
      defaultValue = "fcfs",
      description = "fcfs, sjf, rr or best-fit (default: ${DEFAULT-VALUE})")
  private PolicyName policy;

  @Override
  public Integer call() throws InterruptedException {
    identity.bind();
    String name = identity.name("scheduler");
    KelsonClient client = store.client();
    Candidate scheduler =
        Scheduler.start(client, name, policy.policy(), identity.ttlSeconds(), Console.log(name));
    Console.serve(scheduler, client);
    return 0;
  }
}
