package io.kelson.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlowWatchWorkloadTest {
  @ParameterizedTest
  @ValueSource(strings = {"etcd 3.4.23", "etcd 3.5.7", "etcd 3.3.27"})
  void progressOfAnOldEtcdIsNotAskedFor(String product) {
    assertThat(SlowWatchWorkload.answersWhenSynced(product)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kelson 0.1.0", "etcd 3.4.25", "etcd 3.5.8", "etcd 3.6.0", "etcd"})
  void thatOfOthersIs(String product) {
    assertThat(SlowWatchWorkload.answersWhenSynced(product)).isTrue();
  }

  @Test
  void withoutASlowWatcherItSaysNothing() {
    SlowWatchWorkload workload = new SlowWatchWorkload();
    assertThat(workload.missed()).isPresent();
    assertThat(workload.counts()).containsEntry("stalls", 0L);
  }
}
