package io.kelson.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.chaos.history.History;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import org.junit.jupiter.api.Test;

class HeardWatchTest {
  private static final WatchOptions OPTIONS =
      WatchOptions.builder(Bytes.utf8("k")).prefix().prevKv(true).noDelete(true).build();

  private final HeardWatch watch =
      new HeardWatch(
          new History(), -3, 1, OPTIONS, v -> v.equals(Bytes.utf8("v")) ? Bytes.utf8("once") : v);

  private static WatchResponse.Builder response(long revision) {
    WatchResponse.Builder response = WatchResponse.newBuilder().setWatchId(1);
    response.getHeaderBuilder().setRevision(revision);
    return response;
  }

  private static KeyValue.Builder pair(String value, long revision) {
    return KeyValue.newBuilder()
        .setKey(ByteString.copyFromUtf8("k1"))
        .setValue(ByteString.copyFromUtf8(value))
        .setModRevision(revision);
  }

  @Test
  void itAsksForWhatItsOptionsSay() {
    WatchCreateRequest create = watch.request(7).getCreateRequest();
    assertThat(create.getWatchId()).isEqualTo(7);
    assertThat(create.getRangeEnd().toStringUtf8()).isEqualTo("l");
    assertThat(create.getPrevKv()).isTrue();
    assertThat(create.getFiltersList()).containsExactly(WatchCreateRequest.FilterType.NODELETE);
  }

  @Test
  void whatItHearsIsKeptInOrder() {
    watch.take(response(4).setCreated(true).build());
    watch.take(
        response(9)
            .addEvents(Event.newBuilder().setKv(pair("v", 8)).setPrevKv(pair("w", 3)))
            .build());
    assertThat(watch.heard()).isEqualTo(8);
    watch.take(response(10).setWatchId(-1).build());
    assertThat(watch.heard()).isEqualTo(10);
    watch.take(response(0).setCanceled(true).setCompactRevision(12).build());
    assertThat(watch.isCanceled()).isTrue();

    WatchRecord record = watch.record();
    assertThat(record.createdRevision()).isEqualTo(4);
    assertThat(record.compactRevision()).isEqualTo(12);
    assertThat(record.items()).hasSize(2);
    WatchRecord.Events events = (WatchRecord.Events) record.items().get(0);
    assertThat(events.headerRevision()).isEqualTo(9);
    WatchEvent event = events.events().get(0);
    assertThat(event.type()).isEqualTo(WatchEvent.Type.PUT);
    assertThat(event.kv().value()).isEqualTo(Bytes.utf8("once"));
    assertThat(event.prevKv().orElseThrow().modRevision()).isEqualTo(3);
    assertThat(((WatchRecord.Progress) record.items().get(1)).revision()).isEqualTo(10);
  }

  @Test
  void progressOfOthersBeforeItIsCreatedIsNotIts() {
    watch.take(response(3).setWatchId(-1).build());
    assertThat(watch.record().items()).isEmpty();
  }
}
