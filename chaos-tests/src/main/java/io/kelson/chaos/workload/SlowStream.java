package io.kelson.chaos.workload;

import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.chaos.PausableStream;
import java.util.List;

/**
 * Several watches on one stream of one member that can stop reading. They share what the member
 * keeps for the stream, so one of them may find it full of what another is to hear. Thread-safe.
 */
final class SlowStream implements AutoCloseable {
  private final List<HeardWatch> watches;
  private final PausableStream stream;

  /**
   * Opens it, reading.
   *
   * @param watches in the order of their ids, from 1
   */
  SlowStream(String endpoint, List<HeardWatch> watches) {
    this.watches = List.copyOf(watches);
    this.stream = new PausableStream(endpoint, this::take);
    for (int i = 0; i < watches.size(); i++) {
      stream.send(watches.get(i).request(i + 1));
    }
  }

  private void take(WatchResponse response) {
    long id = response.getWatchId();
    if (id > 0 && id <= watches.size()) {
      watches.get((int) id - 1).take(response);
    } else if (!response.getCreated() && !response.getCanceled()) {
      // Progress that was asked for is that of all of them.
      watches.forEach(watch -> watch.take(response));
    }
  }

  void pause() {
    stream.pause();
  }

  void resume() {
    stream.resume();
  }

  void requestProgress() {
    stream.send(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
  }

  /** Whether the stream or one of the watches has ended. */
  boolean isOver() {
    return stream.isOver() || watches.stream().anyMatch(HeardWatch::isCanceled);
  }

  /** Up to which revision all of them have heard everything. */
  long heard() {
    return watches.stream().mapToLong(HeardWatch::heard).min().orElse(Long.MAX_VALUE);
  }

  List<HeardWatch> watches() {
    return watches;
  }

  @Override
  public void close() {
    stream.close();
  }
}
