package io.kelson.server.watch;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * A response with events of one watcher, put together from what others share: the header's bytes
 * and the events'.
 */
final class EventsAnswer implements WatchAnswer {
  private static final byte WATCH_ID_TAG = WatchResponse.WATCH_ID_FIELD_NUMBER << 3;
  private static final byte FRAGMENT_TAG = WatchResponse.FRAGMENT_FIELD_NUMBER << 3;

  private final byte[] header;
  private final long watchId;
  private final boolean fragment;
  private final List<WireEvent> events;
  private final int size;

  /**
   * @param header the response's field of that name
   * @param fragment whether more of the same revisions follows
   * @param events not changed any more
   */
  EventsAnswer(byte[] header, long watchId, boolean fragment, List<WireEvent> events) {
    this.header = header;
    this.watchId = watchId;
    this.fragment = fragment;
    this.events = events;
    int bytes = emptySize(header, watchId) + (fragment ? 2 : 0);
    for (int i = 0; i < events.size(); i++) {
      bytes += events.get(i).size();
    }
    this.size = bytes;
  }

  /** The size of such a response before it has events; in proto3 a zero takes no room. */
  static int emptySize(byte[] header, long watchId) {
    return header.length
        + (watchId == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(watchId));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    byte[] head = new byte[emptySize(header, watchId) + (fragment ? 2 : 0)];
    out.write(head, 0, putHeadInto(head, 0));
    for (int i = 0; i < events.size(); i++) {
      events.get(i).writeTo(out);
    }
  }

  @Override
  public int putInto(byte[] target, int offset) {
    int end = putHeadInto(target, offset);
    for (int i = 0; i < events.size(); i++) {
      end = events.get(i).putInto(target, end);
    }
    return end;
  }

  private int putHeadInto(byte[] target, int offset) {
    System.arraycopy(header, 0, target, offset, header.length);
    int end = offset + header.length;
    if (watchId != 0) {
      target[end++] = WATCH_ID_TAG;
      long rest = watchId;
      while ((rest & ~0x7fL) != 0) {
        target[end++] = (byte) (rest & 0x7f | 0x80);
        rest >>>= 7;
      }
      target[end++] = (byte) rest;
    }
    if (fragment) {
      target[end++] = FRAGMENT_TAG;
      target[end++] = 1;
    }
    return end;
  }

  @Override
  public WatchResponse message() {
    try {
      WatchResponse.Builder response =
          WatchResponse.newBuilder().mergeFrom(header).setWatchId(watchId).setFragment(fragment);
      events.forEach(event -> event.addTo(response));
      return response.build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a header cannot be read back", e);
    }
  }
}
