package io.kelson.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One stream and its watchers, which must get every event once and in order. Everything but the
 * accessors belongs to its event loop.
 */
final class WatchStream extends ClientCall.Listener<HeardResponse> {
  /** So many messages may be on the way before one has been read. */
  private static final int AHEAD = 256;

  private final EventLoop loop;
  private final List<WatchCreateRequest> watches;
  private final EventSink sink;
  private final Runnable afterMessage;
  private final byte[][] keys;
  private final boolean[] single;
  private final long[] lastRevisions;
  private final HeardEvent event = new HeardEvent();
  private final CompletableFuture<Void> created = new CompletableFuture<>();
  private ClientCall<WatchRequest, HeardResponse> call;
  private Tally tally = new Tally(0);
  private int creations;
  private final AtomicLong delivered = new AtomicLong();
  private volatile boolean broken;

  /**
   * A stream that is not open yet.
   *
   * @param watches of its watchers, each for one key or a range
   * @param afterMessage called after each message has been counted
   */
  WatchStream(
      EventLoop loop, List<WatchCreateRequest> watches, EventSink sink, Runnable afterMessage) {
    this.loop = loop;
    this.watches = watches;
    this.sink = sink;
    this.afterMessage = afterMessage;
    this.lastRevisions = new long[watches.size()];
    this.keys = new byte[watches.size()][];
    this.single = new boolean[watches.size()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = watches.get(i).getKey().toByteArray();
      single[i] = watches.get(i).getRangeEnd().isEmpty();
    }
  }

  /** Opens it; complete when every watcher is there. */
  CompletableFuture<Void> open(ManagedChannel channel) {
    loop.execute(
        () -> {
          call = channel.newCall(HeardResponse.WATCH, CallOptions.DEFAULT);
          call.start(this, new Metadata());
          call.request(AHEAD);
          for (int i = 0; i < watches.size(); i++) {
            // Numbered from 1: 0 would leave the number to the server.
            WatchCreateRequest create = watches.get(i).toBuilder().setWatchId(i + 1L).build();
            call.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
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
  public void onMessage(HeardResponse message) {
    long nowNanos = System.nanoTime();
    if (message.canceled()) {
      broke("watcher canceled: " + message.cancelReason(), nowNanos);
    } else if (message.created()) {
      creations++;
      if (creations == watches.size()) {
        created.complete(null);
      }
    }
    int watcher = (int) message.watchId() - 1;
    message.forEach(event, heard -> count(watcher, heard, nowNanos));
    delivered.lazySet(delivered.get() + message.events());
    call.request(1);
    afterMessage.run();
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
  public void onClose(Status status, Metadata trailers) {
    loop.execute(
        () -> {
          broke("watch " + status.getCode() + ": " + status.getDescription(), System.nanoTime());
          afterMessage.run();
        });
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
