package io.kelson.server.watch;

import io.kelson.api.WatchResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Queue;

/** A response without events: created, canceled, progress. */
record Reply(WatchResponse message) implements Outgoing, WatchAnswer {
  @Override
  public long eventBytes() {
    return 0;
  }

  @Override
  public int size() {
    return message.getSerializedSize();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    message.writeTo(out);
  }

  @Override
  public int putInto(byte[] target, int offset) {
    byte[] bytes = message.toByteArray();
    System.arraycopy(bytes, 0, target, offset, bytes.length);
    return offset + bytes.length;
  }

  @Override
  public void encode(HeaderFields headers, long fragmentBytes, Queue<WatchAnswer> answers) {
    answers.add(this);
  }
}
