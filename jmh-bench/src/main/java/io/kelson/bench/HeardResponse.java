package io.kelson.bench;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A watch response of which a driver looks at little: the driver shares the cores with the servers,
 * and events as messages would cost it as much as the servers.
 */
final class HeardResponse {
  /** Calls of Watch that are answered with these. */
  static final MethodDescriptor<WatchRequest, HeardResponse> WATCH =
      WatchGrpc.getWatchMethod().toBuilder(
              WatchGrpc.getWatchMethod().getRequestMarshaller(), new Reading())
          .build();

  private final byte[] bytes;
  private long watchId;
  private boolean created;
  private boolean canceled;
  private String cancelReason = "";
  private int events;

  /** The bytes of one response. */
  HeardResponse(byte[] bytes) {
    this.bytes = bytes;
    WireReader reader = new WireReader();
    reader.reset(bytes, 0, bytes.length);
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

  /**
   * Shows its events one after the other.
   *
   * @param event through which they are shown
   */
  void forEach(HeardEvent event, Consumer<HeardEvent> action) {
    WireReader reader = new WireReader();
    reader.reset(bytes, 0, bytes.length);
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

  private static final class Reading implements MethodDescriptor.Marshaller<HeardResponse> {
    @Override
    public InputStream stream(HeardResponse response) {
      throw new UnsupportedOperationException("responses are only read here");
    }

    @Override
    public HeardResponse parse(InputStream stream) {
      try {
        if (!(stream instanceof KnownLength)) {
          return new HeardResponse(stream.readAllBytes());
        }
        byte[] bytes = new byte[stream.available()];
        int read = stream.readNBytes(bytes, 0, bytes.length);
        if (read != bytes.length) {
          throw new IOException("a message ended after " + read + " of " + bytes.length + " bytes");
        }
        return new HeardResponse(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException("a response cannot be read", e);
      }
    }
  }
}
