package io.kelson.server.watch;

import com.google.protobuf.ByteString;
import io.kelson.api.ResponseHeader;
import io.kelson.api.WatchCancelRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.server.mvcc.RevisionEvents;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A hub over a fake store, with hand-driven executors and time. */
final class WatchFixture {
  static final long CLUSTER_ID = 77;

  final FakeStore store = new FakeStore();
  final ManualExecutor background = new ManualExecutor();
  final ManualExecutor loop = new ManualExecutor();
  final FakeTimer timer = new FakeTimer();
  final WatchHub hub;

  WatchFixture() {
    this(WatchOptions.DEFAULT);
  }

  WatchFixture(WatchOptions options) {
    hub = new WatchHub(store, options, WatchFixture::header, background, timer, new Random(1));
  }

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setClusterId(CLUSTER_ID).setRevision(revision).build();
  }

  /** A stream and its client's end. */
  record Client(WatchStream stream, FakeSink sink) {
    /** Sends a create request. */
    void create(String key, UnaryOperator<WatchCreateRequest.Builder> more) {
      stream.request(createRequest(key, more));
    }

    void cancel(long id) {
      stream.request(
          WatchRequest.newBuilder()
              .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
              .build());
    }

    void askProgress() {
      stream.request(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build());
    }
  }

  static WatchRequest createRequest(String key, UnaryOperator<WatchCreateRequest.Builder> more) {
    return WatchRequest.newBuilder()
        .setCreateRequest(more.apply(WatchCreateRequest.newBuilder().setKey(bytes(key))))
        .build();
  }

  Client open() {
    return open(WatchAuthorizer.ALLOW_ALL, false);
  }

  Client open(WatchAuthorizer authorizer, boolean requiresLeader) {
    FakeSink sink = new FakeSink();
    return new Client(hub.open(sink, loop, authorizer, requiresLeader), sink);
  }

  /** Opens a stream with one watch and swallows its created reply. */
  Client watch(String key, UnaryOperator<WatchCreateRequest.Builder> more) {
    Client client = open();
    client.create(key, more);
    loop.runAll();
    List<WatchResponse> replies = client.sink().take();
    if (replies.size() != 1 || !replies.get(0).getCreated() || replies.get(0).getCanceled()) {
      throw new AssertionError("expected one created reply but got " + replies);
    }
    return client;
  }

  /** Commits one revision and passes it to the hub. */
  RevisionEvents apply(FakeStore.Change... changes) {
    RevisionEvents made = store.commit(changes);
    hub.applied(List.of(made));
    return made;
  }

  /** Runs everything there is to run. */
  void settle() {
    boolean ran = true;
    while (ran) {
      ran = loop.runAll() | background.runAll();
    }
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static WatchCreateRequest.Builder plain(WatchCreateRequest.Builder request) {
    return request;
  }
}
