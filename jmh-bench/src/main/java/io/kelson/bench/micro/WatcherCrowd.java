package io.kelson.bench.micro;

import io.grpc.Status;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.server.mvcc.EventHistory;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchAuthorizer;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchOptions;
import io.kelson.server.watch.WatchSink;
import io.kelson.server.watch.WatchStream;
import java.util.List;
import java.util.Random;

/** A hub with many watchers, each of a key of its own, that are up to date and hear of nothing. */
public final class WatcherCrowd {
  private static final int PER_STREAM = 10_000;

  private final WatchHub hub;

  private WatcherCrowd(WatchHub hub) {
    this.hub = hub;
  }

  /** Puts so many watchers up, on the keys of {@link StoreFiles#key}. */
  public static WatcherCrowd of(int watchers) {
    WatchHub hub =
        new WatchHub(
            new NoHistory(),
            WatchOptions.DEFAULT,
            revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
            Runnable::run,
            (delayMillis, task) -> () -> {},
            new Random(1));
    WatchStream stream = null;
    for (int i = 0; i < watchers; i++) {
      if (i % PER_STREAM == 0) {
        stream = hub.open(new Swallow(), Runnable::run, WatchAuthorizer.ALLOW_ALL, false);
      }
      stream.request(
          WatchRequest.newBuilder()
              .setCreateRequest(WatchCreateRequest.newBuilder().setKey(StoreFiles.key(i)))
              .build());
    }
    if (hub.stats().watchers() != watchers) {
      throw new IllegalStateException("not all watchers were let in");
    }
    return new WatcherCrowd(hub);
  }

  /** The hub. */
  public WatchHub hub() {
    return hub;
  }

  private static final class NoHistory implements EventHistory {
    @Override
    public long currentRevision() {
      return 1;
    }

    @Override
    public long compactRevision() {
      return 0;
    }

    @Override
    public List<RevisionEvents> read(long lo, long hi, int maxRevisions, long maxBytes) {
      return List.of();
    }
  }

  private static final class Swallow implements WatchSink {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(WatchResponse response) {}

    @Override
    public void complete(Status status) {}

    @Override
    public void requestNext() {}
  }
}
