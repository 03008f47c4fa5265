package io.kelson.server.watch;

import io.grpc.Status;
import io.kelson.api.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/** A client that reads as much as a test allows. */
final class FakeSink implements WatchSink {
  private final List<WatchResponse> responses = new ArrayList<>();
  private int room = Integer.MAX_VALUE;
  private Status status;
  private int requested;

  /** Lets so many more responses through. */
  void allow(int room) {
    this.room = room;
  }

  /** What was sent since the last call. */
  List<WatchResponse> take() {
    List<WatchResponse> taken = List.copyOf(responses);
    responses.clear();
    return taken;
  }

  /** How the stream ended; null if it did not. */
  Status status() {
    return status;
  }

  /** How often the stream was ready for a request. */
  int requested() {
    return requested;
  }

  @Override
  public boolean isReady() {
    return room > 0;
  }

  @Override
  public void send(WatchResponse response) {
    if (room <= 0 || status != null) {
      throw new IllegalStateException("sent when not ready or after the end");
    }
    room--;
    responses.add(response);
  }

  @Override
  public void complete(Status status) {
    if (this.status != null) {
      throw new IllegalStateException("completed twice");
    }
    this.status = status;
  }

  @Override
  public void requestNext() {
    requested++;
  }
}
