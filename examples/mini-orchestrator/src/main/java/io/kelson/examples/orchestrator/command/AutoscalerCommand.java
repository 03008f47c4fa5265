package io.kelson.examples.orchestrator.command;

import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.parts.Autoscaler;
import io.kelson.examples.orchestrator.parts.Candidate;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run autoscaler}: says how many nodes there should be. */
@Command(
    name = "autoscaler",
    description = {
      "Says how many nodes there should be: ceil(work / work per node), from min to max.",
      "Work is the sizes of all items that are not done. Start several: one leads."
    },
    mixinStandardHelpOptions = true)
final class AutoscalerCommand implements Callable<Integer> {
  @Mixin private Store store;
  @Mixin private Identity identity;
  @Mixin private Scaling scaling;

  @Override
  public Integer call() throws InterruptedException {
    identity.bind();
    String name = identity.name("autoscaler");
    KelsonClient client = store.client();
    Candidate scaler =
        Autoscaler.start(
            client,
            name,
            scaling.rule(),
            InstantSource.system(),
            identity.ttlSeconds(),
            Console.log(name));
    Console.serve(scaler, client);
    return 0;
  }
}
