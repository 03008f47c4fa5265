package io.kelson.chaos;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A watch on one member over all keys from revision 1, which goes on where it stopped when the
 * member dies and comes back.
 *
 * <p>It writes down every event as it comes, without putting anything right: a repeated, missing or
 * misplaced revision stays visible to {@link HistoryCheck}. Its thread owns the record; what others
 * read is {@link #lastRevision()} at any time and {@link #events()} after {@link #close}.
 */
public final class RevisionWatcher implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofMillis(200);

  private final MemberClient member;
  private final BooleanSupplier memberAlive;
  private final Thread thread;
  private final List<StoredKey> events = new ArrayList<>();
  private volatile long lastRevision;
  private volatile int streams;
  private volatile boolean closed;
  private volatile String refusal = "";

  private RevisionWatcher(MemberClient member, BooleanSupplier memberAlive) {
    this.member = member;
    this.memberAlive = memberAlive;
    this.thread = new Thread(this::run, "watcher-" + member.name());
  }

  /**
   * Starts watching.
   *
   * @param memberAlive whether trying to connect makes sense just now
   */
  public static RevisionWatcher start(MemberClient member, BooleanSupplier memberAlive) {
    RevisionWatcher watcher = new RevisionWatcher(member, memberAlive);
    watcher.thread.start();
    return watcher;
  }

  /** The member it watches. */
  public String member() {
    return member.name();
  }

  /** The revision of the last event, 0 before the first. */
  public long lastRevision() {
    return lastRevision;
  }

  /** How many streams have delivered the watch so far: one more than it was interrupted. */
  public int streams() {
    return streams;
  }

  /** Why the member canceled the watch, which it has no reason to; empty if it never did. */
  public String refusal() {
    return refusal;
  }

  /** Every event in the order of arrival. */
  public List<StoredKey> events() {
    if (thread.isAlive()) {
      throw new IllegalStateException("close the watcher of " + member.name() + " first");
    }
    return List.copyOf(events);
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed && refusal.isEmpty()) {
      try {
        if (memberAlive.getAsBoolean()) {
          member.reconnectNow();
          follow(new WatchStream(lastRevision + 1));
        }
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void follow(WatchStream stream) throws InterruptedException {
    boolean counted = false;
    try {
      while (!closed) {
        WatchResponse response = stream.poll();
        if (response == null) {
          if (stream.ended) {
            return;
          }
          continue;
        }
        if (response.getCanceled()) {
          refusal = "canceled: " + response.getCancelReason();
          return;
        }
        if (!counted) {
          counted = true;
          streams++;
        }
        response.getEventsList().forEach(this::record);
        stream.request();
      }
    } finally {
      stream.cancel();
    }
  }

  private void record(Event event) {
    StoredKey key = StoredKey.of(event.getKv());
    events.add(key);
    lastRevision = key.modRevision();
  }

  /** One gRPC stream; hands its responses over one at a time, so that memory stays bounded. */
  private final class WatchStream implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final BlockingQueue<WatchResponse> arrived = new LinkedBlockingQueue<>();
    private ClientCallStreamObserver<WatchRequest> requests;
    private volatile boolean ended;

    WatchStream(long startRevision) {
      WatchGrpc.newStub(member.channel()).watch(this);
      requests.onNext(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder()
                      .setKey(ByteString.copyFrom(new byte[] {0}))
                      .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                      .setStartRevision(startRevision))
              .build());
      request();
    }

    WatchResponse poll() throws InterruptedException {
      return arrived.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void request() {
      requests.request(1);
    }

    void cancel() {
      requests.cancel("done", null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      requests = stream;
      stream.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(WatchResponse response) {
      arrived.add(response);
    }

    @Override
    public void onError(Throwable error) {
      ended = true;
    }

    @Override
    public void onCompleted() {
      ended = true;
    }
  }
}
