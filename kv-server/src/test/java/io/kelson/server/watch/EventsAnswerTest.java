package io.kelson.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A response put together from shared bytes is the message it stands for. */
class EventsAnswerTest {
  private static final ResponseHeader HEADER =
      ResponseHeader.newBuilder()
          .setClusterId(0xcdf818194e3a8c32L)
          .setMemberId(0x8e9e05c52164694dL)
          .setRevision(1_000_000)
          .setRaftTerm(3)
          .build();

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 127, 128, 300, Long.MAX_VALUE, -2, Long.MIN_VALUE})
  void hasTheBytesOfItsMessage(long watchId) throws IOException {
    for (boolean fragment : new boolean[] {false, true}) {
      for (List<Event> events : List.of(List.of(put(1)), List.of(put(2), delete(), put(70_000)))) {
        WatchResponse expected =
            WatchResponse.newBuilder()
                .setHeader(HEADER)
                .setWatchId(watchId)
                .setFragment(fragment)
                .addAllEvents(events)
                .build();
        WatchAnswer answer = answer(watchId, fragment, events);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        answer.writeTo(written);
        assertThat(written.toByteArray()).isEqualTo(expected.toByteArray());
        byte[] put = new byte[answer.size() + 2];
        assertThat(answer.putInto(put, 1)).isEqualTo(put.length - 1);
        assertThat(Arrays.copyOfRange(put, 1, put.length - 1)).isEqualTo(expected.toByteArray());
        assertThat(answer.size()).isEqualTo(expected.getSerializedSize());
        assertThat(answer.message()).isEqualTo(expected);
      }
    }
  }

  private static WatchAnswer answer(long watchId, boolean fragment, List<Event> events) {
    HeaderFields headers = new HeaderFields(revision -> HEADER);
    Stream<WireEvent> wire = events.stream().map(WireEvent::new);
    return new EventsAnswer(headers.at(1_000_000), watchId, fragment, wire.toList());
  }

  private static Event put(int valueBytes) {
    KeyValue pair =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setCreateRevision(1)
            .setModRevision(1_000_000)
            .setVersion(2)
            .setValue(ByteString.copyFrom(new byte[valueBytes]))
            .build();
    return Event.newBuilder().setKv(pair).setPrevKv(pair).build();
  }

  private static Event delete() {
    KeyValue gone =
        KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("k")).setModRevision(9).build();
    return Event.newBuilder().setType(Event.EventType.DELETE).setKv(gone).build();
  }
}
