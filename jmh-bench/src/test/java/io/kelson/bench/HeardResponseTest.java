package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the driver sees in the bytes of a response is what the message says. */
class HeardResponseTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  @Test
  void showsWhatAResponseWithEventsSays() {
    long stamp = 0x1234_5678_9abc_def0L;
    ByteString value = Values.stamped(stamp, 300, new SplittableRandom(1));
    Event put =
        Event.newBuilder()
            .setKv(
                KeyValue.newBuilder()
                    .setKey(KEY)
                    .setCreateRevision(5)
                    .setModRevision(1L << 40)
                    .setVersion(7)
                    .setValue(value)
                    .setLease(-3))
            .setPrevKv(KeyValue.newBuilder().setKey(KEY).setModRevision(4))
            .build();
    Event deletion =
        Event.newBuilder()
            .setType(Event.EventType.DELETE)
            .setKv(KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("other")).setModRevision(9))
            .build();
    HeardResponse heard =
        heard(
            WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(3))
                .setWatchId(200)
                .addEvents(put)
                .addEvents(deletion)
                .build());

    assertThat(heard.watchId()).isEqualTo(200);
    assertThat(heard.created()).isFalse();
    assertThat(heard.canceled()).isFalse();
    assertThat(heard.events()).isEqualTo(2);
    List<String> seen = new ArrayList<>();
    heard.forEach(
        event ->
            seen.add(
                event.isPut()
                    + " "
                    + event.key().toStringUtf8()
                    + " "
                    + event.modRevision()
                    + " "
                    + event.hasKey(KEY.toByteArray())
                    + " "
                    + (event.isStamped() ? event.stamp() : "none")));
    assertThat(seen)
        .containsExactly("true key 1099511627776 true " + stamp, "false other 9 false none");
  }

  @Test
  void showsCreationAndCancellation() {
    HeardResponse heard =
        heard(
            WatchResponse.newBuilder()
                .setWatchId(-1)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason("because")
                .setCompactRevision(12)
                .build());
    assertThat(heard.watchId()).isEqualTo(-1);
    assertThat(heard.created()).isTrue();
    assertThat(heard.canceled()).isTrue();
    assertThat(heard.cancelReason()).isEqualTo("because");
    assertThat(heard.events()).isZero();
  }

  @Test
  void refusesWhatEndsTooEarly() {
    byte[] bytes = WatchResponse.newBuilder().setCancelReason("long enough").build().toByteArray();
    assertThatThrownBy(() -> new HeardResponse().show(bytes, 0, bytes.length - 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNumbersThatGoOnBehindTheMessage() {
    byte[] bytes = {WatchResponse.WATCH_ID_FIELD_NUMBER << 3, (byte) 0x80, 1};
    HeardResponse heard = new HeardResponse();
    heard.show(bytes, 0, 3);
    assertThat(heard.watchId()).isEqualTo(128);
    assertThatThrownBy(() -> heard.show(bytes, 0, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void nothingIsLeftOfTheResponseBefore() {
    HeardResponse heard = heard(WatchResponse.newBuilder().setWatchId(4).setCreated(true).build());
    heard.show(new byte[0], 0, 0);
    assertThat(heard.watchId()).isZero();
    assertThat(heard.created()).isFalse();
  }

  private static HeardResponse heard(WatchResponse response) {
    byte[] bytes = response.toByteArray();
    byte[] among = new byte[bytes.length + 20];
    Arrays.fill(among, (byte) 0xff);
    System.arraycopy(bytes, 0, among, 7, bytes.length);
    HeardResponse heard = new HeardResponse();
    heard.show(among, 7, 7 + bytes.length);
    return heard;
  }
}
