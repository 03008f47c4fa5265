package io.kelson.server.watch;

import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchResponse;
import java.util.Queue;
import java.util.function.LongFunction;

/** A response without events: created, canceled, progress. */
record Reply(WatchResponse response) implements Outgoing {
  @Override
  public long eventBytes() {
    return 0;
  }

  @Override
  public void encode(
      LongFunction<ResponseHeader> headers, long fragmentBytes, Queue<WatchResponse> responses) {
    responses.add(response);
  }
}
