package io.kelson.bench;

import io.kelson.api.WatchCreateRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Many watchers on some streams over some connections. For one thread, apart from callbacks. */
final class WatchStreams implements AutoCloseable {
  private final Wires wires;
  private final List<WatchStream> streams = new ArrayList<>();
  private final Duration stalled;
  private volatile Goal goal = Goal.NONE;

  /** Complete when so many events were delivered, or no more are to be expected. */
  private record Goal(long delivered, CompletableFuture<Void> reached) {
    static final Goal NONE = new Goal(Long.MAX_VALUE, new CompletableFuture<>());
  }

  private WatchStreams(Wires wires, Duration stalled) {
    this.wires = wires;
    this.stalled = stalled;
  }

  /**
   * Opens the streams and waits until every watcher is there.
   *
   * @param plan whose endpoints, connections and event loops are used
   * @param watches what is watched; streams take them in turn
   * @param streamCount how many streams
   * @param stalled how long no event may come while some are missing
   */
  static WatchStreams open(
      LoadPlan plan,
      List<WatchCreateRequest> watches,
      int streamCount,
      EventSink sink,
      Duration stalled,
      ProgressLine progress)
      throws InterruptedException {
    WatchStreams all = new WatchStreams(Wires.dial(plan), stalled);
    try {
      all.openAll(watches, Math.min(streamCount, watches.size()), sink, progress);
      return all;
    } catch (RuntimeException | InterruptedException e) {
      all.close();
      throw e;
    }
  }

  private void openAll(
      List<WatchCreateRequest> watches, int streamCount, EventSink sink, ProgressLine progress)
      throws InterruptedException {
    List<CompletableFuture<Void>> created = new ArrayList<>();
    for (int i = 0; i < streamCount; i++) {
      List<WatchCreateRequest> share = new ArrayList<>();
      for (int j = i; j < watches.size(); j += streamCount) {
        share.add(watches.get(j));
      }
      Wire wire = wires.of(i);
      WatchStream stream = new WatchStream(wire.loop(), share, sink, this::glance);
      streams.add(stream);
      created.add(stream.open(wire.dialled(wires.channelOf(i))));
    }
    Vigil vigil = new Vigil("watchers", () -> 0, () -> 0, Vigil.STALLED, progress);
    vigil.keep(
        CompletableFuture.allOf(created.toArray(new CompletableFuture<?>[0])),
        () -> {
          throw new IllegalStateException("not all watchers were created within " + Vigil.STALLED);
        });
  }

  /** How many events came since the streams were opened. */
  long delivered() {
    return streams.stream().mapToLong(WatchStream::delivered).sum();
  }

  /** What was counted so far; counts from zero then. */
  Tally restart(long startNanos) {
    List<CompletableFuture<Tally>> counted =
        streams.stream().map(stream -> stream.restart(startNanos)).toList();
    Tally sum = new Tally(counted.get(0).join().startNanos());
    counted.forEach(tally -> sum.add(tally.join()));
    return sum;
  }

  /**
   * Waits until so many events came since the streams were opened.
   *
   * @return how many did not come; waiting ends when none came for a long time
   */
  long awaitDelivered(long target, ProgressLine progress) throws InterruptedException {
    Goal waited = new Goal(target, new CompletableFuture<>());
    goal = waited;
    glance();
    Vigil vigil = new Vigil("events", this::delivered, () -> 0, stalled, progress);
    vigil.keep(waited.reached(), () -> waited.reached().complete(null));
    goal = Goal.NONE;
    return Math.max(0, target - delivered());
  }

  /** Called after every frame: costs a look while nobody waits. */
  private void glance() {
    Goal waited = goal;
    if (waited != Goal.NONE
        && (delivered() >= waited.delivered() || streams.stream().anyMatch(WatchStream::broken))) {
      waited.reached().complete(null);
    }
  }

  @Override
  public void close() {
    wires.close();
  }
}
