package io.kelson.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What Kubernetes asks of its store. */
@Command(
    name = "kubernetes",
    mixinStandardHelpOptions = true,
    description = {
      "28%% reads, 55%% updates guarded by the revision, 15%% events created under shared leases,",
      "2%% lists in pages of 500 as of one revision, compaction now and then; and watchers of",
      "everything, which every write must reach."
    },
    footer = {
      "",
      "64 requests at a time; and 500 a second at random times, whatever the answers:",
      "  load kubernetes --clients 64 --connections 8",
      "  load kubernetes --rate 500 --connections 8 --duration 60"
    })
final class KubernetesCommand implements Callable<Integer> {
  @Mixin private LoadOptions load;

  @Option(
      names = "--objects",
      defaultValue = "5000",
      description = "Objects read, updated and listed (default: ${DEFAULT-VALUE}).")
  private int objects;

  @Option(
      names = "--val-size",
      defaultValue = "1024",
      description = "Bytes per object (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--watchers",
      defaultValue = "6",
      description = "Watchers of everything, on streams of their own (default: ${DEFAULT-VALUE}).")
  private int watchers;

  @Option(
      names = "--compact-every",
      defaultValue = "10000",
      description = "Revisions of history that are kept at least (default: ${DEFAULT-VALUE}).")
  private long compactEvery;

  @Override
  public Integer call() throws InterruptedException {
    KubernetesMix mix = new KubernetesMix(objects, valueBytes, compactEvery);
    return load.print(
        new KubernetesLoad(mix, watchers, load.plan(), Vigil.STALLED)
            .run(load.pids(), ProgressLine.onTerminal()));
  }
}
