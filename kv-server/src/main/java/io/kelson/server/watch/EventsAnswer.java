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
    out.write(header, 0, header.length);
    if (watchId != 0) {
      out.write(WATCH_ID_TAG);
      writeVarint(out, watchId);
    }
    if (fragment) {
      out.write(FRAGMENT_TAG);
      out.write(1);
    }
    for (int i = 0; i < events.size(); i++) {
      events.get(i).writeTo(out);
    }
  }

  private static void writeVarint(OutputStream out, long value) throws IOException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
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
