package io.kelson.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test class gets from the annotation. */
@KelsonCluster(nodes = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class KelsonClusterTest {
  private static final Bytes KEY = Bytes.utf8("k");

  private final LocalCluster ofTheClass;

  KelsonClusterTest(LocalCluster cluster) {
    this.ofTheClass = cluster;
  }

  @Test
  void aClientAndItsCluster(KelsonClient client, LocalCluster cluster) {
    assertThat(cluster).isSameAs(ofTheClass);
    assertThat(cluster.client()).isSameAs(client);
    assertThat(client.cluster().memberList(true).members()).hasSize(3);
    client.put(KEY, Bytes.utf8("v"));
    assertThat(client.range(RangeOp.key(KEY)).kvs()).hasSize(1);
  }

  @Test
  void aMemberIsStoppedAndStarted(LocalCluster cluster) {
    Bytes key = Bytes.utf8("restart");
    int leader = cluster.leader();
    assertThat(leader).isBetween(0, 2);
    cluster.stop(leader);
    try (KelsonClient client = cluster.newClient()) {
      client.put(key, key);
      cluster.restart(leader);
      RangeOp own = RangeOp.builder(key).build();
      assertThat(client.range(own).kvs()).hasSize(1);
    }
  }

  /** Nested classes share the cluster. */
  @Nested
  class Inside {
    @Test
    void hasTheSame(LocalCluster cluster) {
      assertThat(cluster).isSameAs(ofTheClass);
    }
  }
}
