package io.kelson.examples.orchestrator.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.WorkQueue;
import io.kelson.junit.KelsonCluster;
import io.kelson.junit.LocalCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands, as they are typed. */
@KelsonCluster
@Timeout(120)
class DemoTest {
  private static int run(LocalCluster cluster, String... arguments) {
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--endpoints";
    all[arguments.length + 1] = String.join(",", cluster.endpoints());
    return Main.run(all);
  }

  @Test
  void theDemonstrationWithRealProcessesAndKillsEndsWithEveryItemDone(LocalCluster cluster) {
    assertThat(run(cluster, "demo", "--items=12", "--kills=2", "--kill-every=3", "--ttl=3"))
        .isZero();
    assertThat(run(cluster, "status")).isZero();
  }

  @Test
  void anItemIsSubmittedAndSeen(LocalCluster cluster) {
    assertThat(run(cluster, "submit", "one", "--size=2", "--namespace=n/")).isZero();
    assertThat(run(cluster, "submit", "one", "--size=2", "--namespace=n/")).isEqualTo(1);
    try (KelsonClient client =
        KelsonClient.builder().endpoints(cluster.endpoints()).namespace(Bytes.utf8("n/")).build()) {
      assertThat(new WorkQueue(client).items()).extracting(Item::size).containsExactly(2);
    }
    assertThat(run(cluster, "call", "--namespace=n/")).isEqualTo(1);
  }

  @Test
  void whatIsNotUnderstoodIsRefused(LocalCluster cluster) {
    assertThat(run(cluster, "scheduler", "--policy=lifo")).isEqualTo(2);
  }
}
