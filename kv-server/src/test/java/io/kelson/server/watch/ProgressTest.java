package io.kelson.server.watch;

import static io.kelson.server.watch.FakeStore.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.WatchResponse;
import io.kelson.server.watch.WatchFixture.Client;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reports of how far a watch is, asked for and by the clock. */
class ProgressTest {
  /** Past the interval and its greatest jitter. */
  private static final long PERIOD_MILLIS = 660_001;

  private final WatchFixture fixture = new WatchFixture();

  @Test
  void aSyncedStreamReportsTheStoresRevisionForAllItsWatchers() {
    Client client = fixture.watch("a", WatchFixture::plain);
    client.create("b", WatchFixture::plain);
    fixture.apply(put("x", "1"));
    fixture.apply(put("a", "1"));
    client.askProgress();
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(3);
    assertThat(responses.get(1).getEventsCount()).as("events come before").isEqualTo(1);
    WatchResponse report = responses.get(2);
    assertThat(report.getWatchId()).isEqualTo(-1);
    assertThat(report.getHeader().getRevision()).isEqualTo(3);
    assertThat(report.getEventsCount()).isZero();
    assertThat(report.getCreated() || report.getCanceled()).isFalse();
  }

  @Test
  void anIdleWatchFromNowReportsAtOnce() {
    Client client = fixture.watch("a", WatchFixture::plain);
    client.askProgress();
    fixture.settle();
    assertThat(client.sink().take())
        .extracting(r -> r.getHeader().getRevision())
        .containsExactly(1L);
  }

  @Test
  void nothingIsReportedWhileOneWatcherOfTheStreamIsBehind() {
    fixture.apply(put("a", "1"));
    Client client = fixture.watch("b", WatchFixture::plain);
    client.create("a", r -> r.setStartRevision(1));
    client.askProgress();
    fixture.loop.runAll();
    assertThat(client.sink().take()).hasSize(1).allMatch(WatchResponse::getCreated);
    fixture.settle();
    client.askProgress();
    fixture.settle();
    List<WatchResponse> responses = client.sink().take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(0).getEventsCount()).isEqualTo(1);
    assertThat(responses.get(1).getWatchId()).isEqualTo(-1);
  }

  @Test
  void aStreamWithoutWatchersReportsNothing() {
    Client client = fixture.open();
    client.askProgress();
    fixture.settle();
    assertThat(client.sink().take()).isEmpty();
  }

  @Test
  void aReportIsNeverAheadOfWhatWasHandedOver() {
    Client client = fixture.watch("a", WatchFixture::plain);
    fixture.store.commit(put("a", "visible, not yet handed over"));
    client.askProgress();
    fixture.settle();
    assertThat(client.sink().take())
        .extracting(r -> r.getHeader().getRevision())
        .containsExactly(1L);
  }

  @Test
  void eventsAfterAReportDoNotJoinABatchBeforeIt() {
    Client client = fixture.watch("a", WatchFixture::plain);
    fixture.apply(put("a", "1"));
    client.askProgress();
    fixture.apply(put("a", "2"));
    fixture.settle();
    assertThat(client.sink().take())
        .extracting(r -> r.getHeader().getRevision())
        .containsExactly(2L, 2L, 3L);
  }

  @Test
  void quietWatchersThatAskedForItReportEveryInterval() {
    Client client = fixture.watch("a", r -> r.setProgressNotify(true).setWatchId(4));
    client.create("b", r -> r.setWatchId(5));
    fixture.settle();
    client.sink().take();
    for (long revision = 2; revision < 5; revision++) {
      fixture.apply(put("x", "1"));
      fixture.timer.advance(PERIOD_MILLIS);
      fixture.settle();
      List<WatchResponse> responses = client.sink().take();
      assertThat(responses).hasSize(1);
      assertThat(responses.get(0).getWatchId()).isEqualTo(4);
      assertThat(responses.get(0).getEventsCount()).isZero();
      assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(revision);
    }
  }

  @Test
  void noReportInAPeriodThatHadEvents() {
    Client client = fixture.watch("a", r -> r.setProgressNotify(true));
    fixture.apply(put("a", "1"));
    fixture.timer.advance(PERIOD_MILLIS);
    fixture.settle();
    assertThat(client.sink().take()).hasSize(1).allMatch(r -> r.getEventsCount() == 1);
    fixture.timer.advance(PERIOD_MILLIS);
    fixture.settle();
    assertThat(client.sink().take()).hasSize(1).allMatch(r -> r.getEventsCount() == 0);
  }

  @Test
  void nothingBeforeTheIntervalAndNoTimerWithoutAWatcherThatAsked() {
    Client client = fixture.watch("a", WatchFixture::plain);
    assertThat(fixture.timer.size()).isZero();
    client.create("b", r -> r.setProgressNotify(true).setWatchId(3));
    fixture.settle();
    client.sink().take();
    assertThat(fixture.timer.size()).isEqualTo(1);
    fixture.timer.advance(599_999);
    fixture.settle();
    assertThat(client.sink().take()).isEmpty();
    client.cancel(3);
    assertThat(fixture.timer.size()).isZero();
  }
}
