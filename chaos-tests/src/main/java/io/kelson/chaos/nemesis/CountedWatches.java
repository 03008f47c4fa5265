package io.kelson.chaos.nemesis;

import com.google.protobuf.ByteString;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.chaos.PausableStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Watches of everything on one stream, and the revisions each of them heard. Thread-safe. */
final class CountedWatches implements AutoCloseable {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private final PausableStream stream;

  // Guarded by this.
  private final List<List<Long>> heard = new ArrayList<>();
  private final Set<Long> created = new HashSet<>();
  private boolean canceled;

  /**
   * @param count how many
   * @param start the first revision they want
   */
  CountedWatches(String endpoint, int count, long start) {
    for (int i = 0; i < count; i++) {
      heard.add(new ArrayList<>());
    }
    stream = new PausableStream(endpoint, this::take);
    for (int id = 1; id <= count; id++) {
      stream.send(request(id, start));
    }
  }

  private static WatchRequest request(long id, long start) {
    return WatchRequest.newBuilder()
        .setCreateRequest(
            WatchCreateRequest.newBuilder()
                .setWatchId(id)
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setStartRevision(start)
                .setPrevKv(true))
        .build();
  }

  private synchronized void take(WatchResponse response) {
    canceled |= response.getCanceled();
    if (response.getCreated() && !response.getCanceled()) {
      created.add(response.getWatchId());
    }
    if (response.getEventsCount() > 0) {
      List<Long> revisions = heard.get((int) response.getWatchId() - 1);
      response.getEventsList().forEach(event -> revisions.add(event.getKv().getModRevision()));
    }
  }

  void pause() {
    stream.pause();
  }

  void resume() {
    stream.resume();
  }

  /** Whether the member has taken all of them. */
  synchronized boolean created() {
    return created.size() == heard.size();
  }

  /** Whether the stream or one of them has ended. */
  synchronized boolean isOver() {
    return canceled || stream.isOver();
  }

  /** The last revision that all of them have heard; 0 if one has heard none. */
  synchronized long heard() {
    return heard.stream()
        .mapToLong(one -> one.isEmpty() ? 0 : one.get(one.size() - 1))
        .min()
        .orElse(0);
  }

  /**
   * Where one of them heard other revisions than the first of others, up to that one; empty if none
   * did.
   */
  Optional<String> difference(CountedWatches others, long upTo) {
    List<Long> expected = upTo(others.copies().get(0), upTo);
    List<List<Long>> all = copies();
    for (int i = 0; i < all.size(); i++) {
      List<Long> mine = upTo(all.get(i), upTo);
      if (!mine.equals(expected)) {
        int same = 0;
        while (same < Math.min(mine.size(), expected.size())
            && mine.get(same).equals(expected.get(same))) {
          same++;
        }
        return Optional.of(
            "after %d events that are the same watch %d heard %s and not %s"
                .formatted(same, i + 1, at(mine, same), at(expected, same)));
      }
    }
    return Optional.empty();
  }

  private static String at(List<Long> revisions, int index) {
    return index < revisions.size() ? "revision " + revisions.get(index) : "nothing";
  }

  private static List<Long> upTo(List<Long> revisions, long last) {
    return revisions.stream().filter(revision -> revision <= last).toList();
  }

  private synchronized List<List<Long>> copies() {
    return heard.stream().map(List::copyOf).toList();
  }

  @Override
  public void close() {
    stream.close();
  }
}
