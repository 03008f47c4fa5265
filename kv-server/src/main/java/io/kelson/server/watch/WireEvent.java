package io.kelson.server.watch;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * An event as it stands in responses: encoded once, whatever the number of watchers that get it.
 * Immutable.
 */
final class WireEvent {
  /** What an event costs beside its bytes while it waits: the objects around them. */
  private static final int OVERHEAD_BYTES = 64;

  /** The field of a response that it is: tag, length, event. */
  private final byte[] field;

  WireEvent(Event event) {
    field =
        new byte[CodedOutputStream.computeMessageSize(WatchResponse.EVENTS_FIELD_NUMBER, event)];
    CodedOutputStream out = CodedOutputStream.newInstance(field);
    try {
      out.writeMessage(WatchResponse.EVENTS_FIELD_NUMBER, event);
    } catch (IOException e) {
      throw new UncheckedIOException("an event has not the size it said", e);
    }
  }

  /** Its share of a response, in bytes. */
  int size() {
    return field.length;
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(field, 0, field.length);
  }

  int putInto(byte[] target, int offset) {
    System.arraycopy(field, 0, target, offset, field.length);
    return offset + field.length;
  }

  /** Adds it to a response that is made as a message. */
  void addTo(WatchResponse.Builder response) {
    try {
      response.mergeFrom(field);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event cannot be read back", e);
    }
  }

  /** What some events cost while they wait. */
  static long costOf(List<WireEvent> events) {
    long cost = 0;
    for (int i = 0; i < events.size(); i++) {
      cost += events.get(i).field.length + OVERHEAD_BYTES;
    }
    return cost;
  }
}
