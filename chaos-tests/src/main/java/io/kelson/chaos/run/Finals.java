package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence.FinalState;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.HashResult;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Reads what every member holds at one revision, each from itself alone. */
final class Finals {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
  private static final int STEP_MILLIS = 100;

  private Finals() {}

  /**
   * By member, as {@code member 0}.
   *
   * @param bound for each member to come to that revision
   * @throws IllegalStateException if one does not
   */
  static Map<String, FinalState> read(
      ChaosCluster cluster, Bytes prefix, long revision, Duration bound)
      throws InterruptedException {
    Map<String, FinalState> finals = new TreeMap<>();
    for (int member = 0; member < cluster.size(); member++) {
      String endpoint = cluster.endpoint(member);
      try (KelsonClient client =
          KelsonClient.builder().endpoints(endpoint).requestTimeout(CALL_TIMEOUT).build()) {
        finals.put("member " + member, read(client, member, endpoint, prefix, revision, bound));
      }
    }
    return finals;
  }

  private static FinalState read(
      KelsonClient client, int member, String endpoint, Bytes prefix, long revision, Duration bound)
      throws InterruptedException {
    RangeOp all = RangeOp.builder(prefix).prefix().serializable(true).revision(revision).build();
    long deadline = System.nanoTime() + bound.toNanos();
    while (true) {
      try {
        RangeResult kvs = client.range(all);
        HashResult hash = client.maintenance().hashKv(endpoint, revision);
        return new FinalState(revision, hash.hash(), hash.compactRevision(), kvs.kvs());
      } catch (EtcdException e) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "member " + member + " did not come to revision " + revision + ": " + e.text(), e);
        }
        Thread.sleep(STEP_MILLIS);
      }
    }
  }
}
