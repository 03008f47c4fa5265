package io.kelson.bench;

import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One stream and its watchers, which must get every event once and in order. Everything but the
 * accessors belongs to its event loop.
 */
final class WatchStream implements FrameCall.Listener {
  private static final long NOT_READ = Long.MIN_VALUE;

  private final EventLoop loop;
  private final List<WatchCreateRequest> watches;
  private final EventSink sink;
  private final Runnable afterMessages;
  private final byte[][] keys;
  private final boolean[] single;
  private final long[] lastRevisions;
  private final HeardResponse response = new HeardResponse();
  private final CompletableFuture<Void> created = new CompletableFuture<>();
  private Tally tally = new Tally(0);
  private int creations;
  private long readNanos = NOT_READ;
  private final AtomicLong delivered = new AtomicLong();
  private volatile boolean broken;

  /**
   * A stream that is not open yet.
   *
   * @param watches of its watchers, each for one key or a range
   * @param afterMessages called when all that came together has been counted
   */
  WatchStream(
      EventLoop loop, List<WatchCreateRequest> watches, EventSink sink, Runnable afterMessages) {
    this.loop = loop;
    this.watches = watches;
    this.sink = sink;
    this.afterMessages = afterMessages;
    this.lastRevisions = new long[watches.size()];
    this.keys = new byte[watches.size()][];
    this.single = new boolean[watches.size()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = watches.get(i).getKey().toByteArray();
      single[i] = watches.get(i).getRangeEnd().isEmpty();
    }
  }

  /** Opens it; complete when every watcher is there. */
  CompletableFuture<Void> open(FrameConnection connection) {
    List<WatchRequest> creates = new ArrayList<>();
    for (int i = 0; i < watches.size(); i++) {
      // Numbered from 1: 0 would leave the number to the server.
      WatchCreateRequest create = watches.get(i).toBuilder().setWatchId(i + 1L).build();
      creates.add(WatchRequest.newBuilder().setCreateRequest(create).build());
    }
    String method = WatchGrpc.getWatchMethod().getFullMethodName();
    connection
        .open(new FrameCall(method, connection.endpoint(), creates, this))
        .addListener(
            opened -> {
              if (!opened.isSuccess()) {
                closed(opened.cause().toString());
              }
            });
    return created;
  }

  /** Takes what was counted and counts from zero. */
  CompletableFuture<Tally> restart(long startNanos) {
    CompletableFuture<Tally> counted = new CompletableFuture<>();
    loop.execute(
        () -> {
          counted.complete(tally);
          tally = new Tally(startNanos);
        });
    return counted;
  }

  /** How many events came since it was opened. */
  long delivered() {
    return delivered.get();
  }

  /** Whether no more events are to be expected. */
  boolean broken() {
    return broken;
  }

  @Override
  public void read(byte[] bytes, int from, int to) {
    if (readNanos == NOT_READ) {
      // One look at the clock for all that came together.
      readNanos = System.nanoTime();
    }
    long nowNanos = readNanos;
    response.show(bytes, from, to);
    if (response.canceled()) {
      broke("watcher canceled: " + response.cancelReason(), nowNanos);
    } else if (response.created()) {
      creations++;
      if (creations == watches.size()) {
        created.complete(null);
      }
    }
    int watcher = (int) response.watchId() - 1;
    response.forEach(heard -> count(watcher, heard, nowNanos));
    delivered.lazySet(delivered.get() + response.events());
  }

  @Override
  public void pause() {
    readNanos = NOT_READ;
    afterMessages.run();
  }

  private void count(int watcher, HeardEvent heard, long nowNanos) {
    String flaw = flaw(watcher, heard);
    if (flaw.isEmpty()) {
      sink.count(heard, nowNanos, tally);
    } else {
      tally.failed(flaw, nowNanos);
    }
  }

  @Override
  public void closed(String why) {
    broke("watch " + why, System.nanoTime());
    afterMessages.run();
  }

  private void broke(String why, long nowNanos) {
    broken = true;
    tally.failed(why, nowNanos);
    created.completeExceptionally(new IllegalStateException(why));
  }

  private String flaw(int watcher, HeardEvent heard) {
    if (watcher < 0 || watcher >= lastRevisions.length) {
      return "driver: an event for no watcher of the stream";
    }
    long revision = heard.modRevision();
    long last = lastRevisions[watcher];
    lastRevisions[watcher] = revision;
    if (single[watcher] && !heard.hasKey(keys[watcher])) {
      return "driver: an event of another key";
    }
    // A transaction gives a range several events of one revision.
    return revision < last || single[watcher] && revision == last
        ? "driver: an event out of order, or twice"
        : "";
  }
}
