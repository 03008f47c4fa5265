package io.kelson.server.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream: reads a chunk whenever the client has taken the one before, always from the same
 * view.
 *
 * <p>It works in pieces on the read threads, one chunk at a time, never two at once: {@link #goOn}
 * asks for the next piece and remembers being asked while one is under way. Between pieces no
 * thread is held.
 */
final class RangeStreamCall {
  private static final int FIRST_CHUNK_PAIRS = 10;

  private final RangeRequest request;
  private final ServerCallStreamObserver<Answer<RangeStreamResponse>> call;
  private final MvccStore store;
  private final ReadThreads threads;
  private final Headers headers;
  private final int chunkBytes;
  private final Runnable whenFinished;

  /** What the next piece works with; handed from piece to piece. */
  private StoreView view;

  private RangeScan scan;
  private ResponseHeader header;
  private long pinnedRevision;
  private int chunkPairs = FIRST_CHUNK_PAIRS;

  /** A pair that was read to know that there is one more chunk. */
  private byte[] ahead;

  private enum State {
    /** Not let in yet, or over: nothing happens. */
    IDLE,
    /** Waits for the client. */
    WAITING,
    /** A piece is under way. */
    WORKING,
    /** The same, and there is a reason to look again afterwards. */
    WORKING_ASKED
  }

  /** Guarded by this. */
  private State state = State.IDLE;

  RangeStreamCall(
      RangeRequest request,
      ServerCallStreamObserver<Answer<RangeStreamResponse>> call,
      MvccStore store,
      ReadThreads threads,
      Headers headers,
      int chunkBytes,
      Runnable whenFinished) {
    this.request = request;
    this.call = call;
    this.store = store;
    this.threads = threads;
    this.headers = headers;
    this.chunkBytes = chunkBytes;
    this.whenFinished = whenFinished;
  }

  /** Whether the answer needs no stream: one key, a count, or nothing at all. */
  static boolean isOneMessage(RangeRequest request) {
    return request.getCountOnly() || request.getRangeEnd().isEmpty();
  }

  /** Begins; it tells when it has ended, whatever happens. */
  void start() {
    synchronized (this) {
      state = State.WAITING;
    }
    goOn();
  }

  /** The client can take more, or has left. Any thread. */
  void goOn() {
    synchronized (this) {
      if (state == State.WORKING) {
        state = State.WORKING_ASKED;
      }
      if (state != State.WAITING) {
        return;
      }
      state = State.WORKING;
    }
    threads.goOn(this::piece);
  }

  private void piece() {
    boolean over;
    try {
      over = call.isCancelled() || sendIfReady();
    } catch (RuntimeException e) {
      call.onError(Reply.meaningOf(e));
      over = true;
    }
    if (over) {
      end();
    } else {
      pause();
    }
  }

  /** Whether that was the last chunk. */
  private boolean sendIfReady() {
    if (view == null) {
      open();
    }
    return call.isReady() && sendChunk();
  }

  private void open() {
    view = store.acquireView();
    header = headers.at(view.revision());
    pinnedRevision = request.getRevision() > 0 ? request.getRevision() : view.revision();
    scan = view.largeScan(request);
    ahead = scan.next();
  }

  private boolean sendChunk() {
    if (pinnedRevision < store.compactRevision()) {
      call.onError(EtcdError.COMPACTED.asException());
      return true;
    }
    List<byte[]> pairs = new ArrayList<>(chunkPairs);
    int bytes = 0;
    while (ahead != null && pairs.size() < chunkPairs && bytes < chunkBytes) {
      pairs.add(ahead);
      bytes += RangeWire.pairSize(ahead.length);
      ahead = scan.next();
    }
    adjust(bytes);
    boolean last = ahead == null;
    byte[] tail = last ? tail() : new byte[0];
    byte[] head = RangeWire.streamPrefix(bytes + tail.length);
    call.onNext(new PairsAnswer<>(head, pairs, bytes, tail));
    if (last) {
      call.onCompleted();
    }
    return last;
  }

  /** Doubles or halves towards the size wanted, as etcd does. */
  private void adjust(int bytes) {
    if (bytes < chunkBytes / 2) {
      chunkPairs = Math.min(2 * chunkPairs, chunkBytes);
    } else if (bytes > 2 * chunkBytes) {
      chunkPairs = Math.max(1, chunkPairs / 2);
    }
  }

  /** What only the last chunk carries. */
  private byte[] tail() {
    return RangeResponse.newBuilder()
        .setHeader(header)
        .setMore(scan.more())
        .setCount(scan.count())
        .build()
        .toByteArray();
  }

  private void pause() {
    synchronized (this) {
      boolean again = state == State.WORKING_ASKED || call.isReady() || call.isCancelled();
      state = again ? State.WORKING : State.WAITING;
      if (!again) {
        return;
      }
    }
    threads.goOn(this::piece);
  }

  private void end() {
    synchronized (this) {
      state = State.IDLE;
    }
    if (scan != null) {
      scan.close();
    }
    if (view != null) {
      view.close();
    }
    whenFinished.run();
  }
}
