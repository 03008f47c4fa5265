package io.kelson.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.history.History;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.WatchOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchCollectorTest {
  private static final EtcdException LOST =
      new EtcdException(ErrorCode.UNAVAILABLE, "io exception", null);

  @Test
  void onlyAWatchThatWasCreatedCanBeInterrupted() throws InterruptedException {
    History history = new History();
    // Port 1: nobody is there, so that only this test speaks to the listener after it is closed.
    try (KelsonClient nobody =
        KelsonClient.builder()
            .endpoints("127.0.0.1:1")
            .requestTimeout(Duration.ofMillis(100))
            .build()) {
      WatchOptions options = WatchOptions.builder(Bytes.utf8("k")).build();
      WatchCollector unborn = WatchCollector.open(history, nobody, -1, 0, options);
      unborn.onInterrupted(LOST);
      unborn.close();
      WatchCollector cut = WatchCollector.open(history, nobody, -2, 0, options);
      cut.onCreated(new Header(0, 0, 5, 1));
      cut.onInterrupted(LOST);
      cut.close();
    }
    WatchRecord unborn = history.watches().get(0);
    assertThat(unborn.createdRevision()).isZero();
    assertThat(unborn.items()).isEmpty();
    WatchRecord cut = history.watches().get(1);
    assertThat(cut.createdRevision()).isEqualTo(5);
    assertThat(cut.items()).isNotEmpty().allMatch(i -> i instanceof WatchRecord.Interrupted);
  }
}
