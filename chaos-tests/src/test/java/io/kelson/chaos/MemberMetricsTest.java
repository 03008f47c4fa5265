package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemberMetricsTest {
  @Test
  void aMetricIsFoundByItsWholeName() {
    MemberMetrics metrics =
        new MemberMetrics(
            """
            # HELP kelson_watch_queue_bytes Bytes.
            # TYPE kelson_watch_queue_bytes gauge
            kelson_watch_queue_bytes_more 1
            kelson_watch_queue_bytes 2.097152e+06
            etcd_debugging_mvcc_slow_watcher_total 3
            """);
    assertThat(metrics.value(MemberMetrics.WATCH_QUEUE_BYTES)).hasValue(2_097_152);
    assertThat(metrics.value(MemberMetrics.SLOW_WATCHERS)).hasValue(3);
    assertThat(metrics.value("kelson_watch")).isEmpty();
  }

  @Test
  void oneThatDoesNotAnswerSaysNothing() throws InterruptedException {
    assertThat(MemberMetrics.of("127.0.0.1:1").value(MemberMetrics.SLOW_WATCHERS)).isEmpty();
  }
}
