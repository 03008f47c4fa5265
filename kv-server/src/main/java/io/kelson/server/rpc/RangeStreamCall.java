package io.kelson.server.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.PairBuffer;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;

/**
 * One stream: reads a chunk whenever the client has taken the one before, always from the same
 * view.
 *
 * <p>It works in pieces on the read threads, one chunk at a time, never two at once: {@link #goOn}
 * asks for the next piece and remembers being asked while one is under way. Between pieces no
 * thread is held.
 */
final class RangeStreamCall implements Guarded {
  private static final int FIRST_CHUNK_PAIRS = 10;

  private final RangeRequest request;
  private final ServerCallStreamObserver<Answer<RangeStreamResponse>> call;
  private final AuthGuard guard;
  private final Caller caller = AuthGuard.caller();
  private final ReadThreads threads;
  private final Headers headers;
  private final int chunkBytes;
  private final Runnable whenFinished;

  /** What the next piece works with; handed from piece to piece. */
  private StoreView view;

  /** Runs ahead and adds up lengths: gRPC wants to know them first. */
  private RangeScan measuring;

  /** Follows and reads the pairs, straight into what is sent. */
  private RangeScan sending;

  private ResponseHeader header;
  private long pinnedRevision;
  private int chunkPairs = FIRST_CHUNK_PAIRS;

  /** Length of the pair that {@link #measuring} has passed last; -1 at the end. */
  private int ahead;

  private final PairBuffer buffer = new PairBuffer();

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
      AuthGuard guard,
      ReadThreads threads,
      Headers headers,
      int chunkBytes,
      Runnable whenFinished) {
    this.request = request;
    this.call = call;
    this.guard = guard;
    this.threads = threads;
    this.headers = headers;
    this.chunkBytes = chunkBytes;
    this.whenFinished = whenFinished;
  }

  @Override
  public Caller caller() {
    return caller;
  }

  @Override
  public void requireAllowed(AuthState state, Identity who, StoreView view) {
    state.requireRead(who, request.getKey(), request.getRangeEnd());
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
    view = guard.acquire(this);
    header = headers.at(view.revision());
    pinnedRevision = request.getRevision() > 0 ? request.getRevision() : view.revision();
    measuring = view.largeScan(request);
    sending = view.largeScan(request);
    ahead = measuring.skip();
  }

  private boolean sendChunk() {
    if (pinnedRevision < guard.compactRevision()) {
      call.onError(EtcdError.COMPACTED.asException());
      return true;
    }
    int pairs = 0;
    int bytes = 0;
    while (ahead >= 0 && pairs < chunkPairs && bytes < chunkBytes) {
      pairs++;
      bytes += RangeWire.pairSize(ahead);
      ahead = measuring.skip();
    }
    adjust(bytes);
    boolean last = ahead < 0;
    byte[] tail = last ? tail() : new byte[0];
    byte[] head = RangeWire.streamPrefix(bytes + tail.length);
    call.onNext(new PairsAnswer<>(head, next(pairs), bytes, tail));
    if (last) {
      call.onCompleted();
    }
    return last;
  }

  private PairsAnswer.Pairs next(int pairs) {
    return out -> {
      for (int i = 0; i < pairs && sending.next(buffer); i++) {
        RangeWire.writePair(out, buffer.bytes(), buffer.length());
      }
    };
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
        .setMore(measuring.more())
        .setCount(measuring.count())
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
    if (measuring != null) {
      measuring.close();
    }
    if (sending != null) {
      sending.close();
    }
    if (view != null) {
      view.close();
    }
    whenFinished.run();
  }
}
