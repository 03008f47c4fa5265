package io.kelson.bench;

import io.kelson.api.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A watch response of which a driver looks at little: the driver shares the cores with the servers,
 * and events as messages would cost it as much as the servers. One object shows one response after
 * the other.
 */
final class HeardResponse {
  private final WireReader reader = new WireReader();
  private final HeardEvent event = new HeardEvent();
  private byte[] bytes;
  private int from;
  private int to;
  private long watchId;
  private boolean created;
  private boolean canceled;
  private String cancelReason;
  private int events;

  /** Shows the response that these bytes are. */
  void show(byte[] message, int begin, int end) {
    bytes = message;
    from = begin;
    to = end;
    watchId = 0;
    created = false;
    canceled = false;
    cancelReason = "";
    events = 0;
    reader.reset(bytes, from, to);
    while (reader.next()) {
      switch (reader.field()) {
        case WatchResponse.WATCH_ID_FIELD_NUMBER -> watchId = reader.varint();
        case WatchResponse.CREATED_FIELD_NUMBER -> created = reader.varint() != 0;
        case WatchResponse.CANCELED_FIELD_NUMBER -> canceled = reader.varint() != 0;
        case WatchResponse.CANCEL_REASON_FIELD_NUMBER -> {
          int length = reader.bytes();
          cancelReason =
              new String(bytes, reader.position() - length, length, StandardCharsets.UTF_8);
        }
        case WatchResponse.EVENTS_FIELD_NUMBER -> {
          events++;
          reader.skip();
        }
        default -> reader.skip();
      }
    }
  }

  long watchId() {
    return watchId;
  }

  boolean created() {
    return created;
  }

  boolean canceled() {
    return canceled;
  }

  String cancelReason() {
    return cancelReason;
  }

  /** How many events it holds. */
  int events() {
    return events;
  }

  /** Shows its events one after the other, all through the same object. */
  void forEach(Consumer<HeardEvent> action) {
    reader.reset(bytes, from, to);
    while (reader.next()) {
      if (reader.field() == WatchResponse.EVENTS_FIELD_NUMBER) {
        int length = reader.bytes();
        event.show(bytes, reader.position() - length, reader.position());
        action.accept(event);
      } else {
        reader.skip();
      }
    }
  }
}
