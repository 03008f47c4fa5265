package io.kelson.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.kelson.api.EtcdError;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchProgressRequest;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One watch over as many streams as it takes, one after the other.
 *
 * <p>The state that carries over from stream to stream is {@code nextRevision}: everything before
 * it was delivered. A new stream starts there, so nothing is lost; a server never splits a revision
 * over messages unless asked to, so nothing comes twice. It moves with events, with the acceptance
 * of a watch that started "now", and with progress told to this very watcher. Progress that was
 * asked for (watch id -1) does not move it: etcd before 3.4.25 answered that before earlier events
 * had gone out.
 *
 * <p>Streams ask the server to cut them when it has no leader ({@code hasleader}), so that a watch
 * on a member cut off from the others moves to one that hears of changes.
 *
 * <p>Threads: callbacks of a stream come one at a time, and the next stream is opened only when the
 * former one is closed, so only {@code call} and {@code closing}, which callers touch, are guarded.
 */
final class WatchSession implements Watcher {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final long NO_WATCH_ID = -1;

  private final Endpoints endpoints;
  private final ScheduledExecutorService timer;
  private final Tokens tokens;
  private final Backoff backoff;
  private final WatchOptions options;
  private final WatchListener listener;
  private final Consumer<WatchSession> onEnd;
  private final CompletableFuture<Header> created = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private long nextRevision;
  private int failures;
  private boolean renewedToken;

  private ClientCall<WatchRequest, WatchResponse> call;
  private boolean closing;

  WatchSession(
      Endpoints endpoints,
      ScheduledExecutorService timer,
      UnaryCalls calls,
      WatchOptions options,
      WatchListener listener,
      Consumer<WatchSession> onEnd) {
    this.endpoints = endpoints;
    this.timer = timer;
    this.tokens = calls.tokens();
    this.backoff = calls.backoff();
    this.options = options;
    this.listener = listener;
    this.onEnd = onEnd;
    this.nextRevision = options.startRevision();
  }

  @Override
  public CompletableFuture<Header> created() {
    return created;
  }

  @Override
  public CompletableFuture<Void> closed() {
    return closed;
  }

  @Override
  public synchronized void requestProgress() {
    if (call != null && !closing) {
      call.sendMessage(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build());
    }
  }

  @Override
  public void close() {
    ClientCall<WatchRequest, WatchResponse> open;
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      open = call;
      call = null;
    }
    if (open != null) {
      open.cancel("closed by the caller", null);
    }
  }

  void open() {
    String token = tokens.current();
    if (token == null) {
      openWithNew(null);
    } else {
      open(token);
    }
  }

  private void openWithNew(String stale) {
    tokens
        .renew(stale)
        .whenComplete(
            (token, failure) -> {
              EtcdException cause = failure == null ? null : Errors.of(failure);
              if (cause == null) {
                reopen();
              } else if (mayPass(cause.code())) {
                reopenLater(cause);
              } else {
                end(cause);
              }
            });
  }

  private void open(String token) {
    Endpoint endpoint = endpoints.current();
    ClientCall<WatchRequest, WatchResponse> opened;
    synchronized (this) {
      if (!closing) {
        opened = endpoint.channel().newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        Metadata headers = new Metadata();
        headers.put(HAS_LEADER, "true");
        Tokens.put(headers, token);
        opened.start(new Stream(endpoint, token, opened), headers);
        opened.sendMessage(Wire.watchCreate(options, nextRevision));
        opened.request(1);
        call = opened;
        return;
      }
    }
    end(null);
  }

  /** Closed from this side while no stream was open. */
  private void end(EtcdException cause) {
    onEnd.accept(this);
    EtcdException unaccepted =
        cause != null
            ? cause
            : new EtcdException(ErrorCode.CANCELLED, "the watch was closed", null);
    created.completeExceptionally(unaccepted);
    try {
      listener.onClosed(cause);
    } finally {
      if (cause == null) {
        closed.complete(null);
      } else {
        closed.completeExceptionally(cause);
      }
    }
  }

  /** What one stream brings. */
  private final class Stream extends ClientCall.Listener<WatchResponse> {
    private final Endpoint endpoint;
    private final String token;
    private final ClientCall<WatchRequest, WatchResponse> stream;
    private long watchId = NO_WATCH_ID;
    private EtcdException verdict;

    Stream(Endpoint endpoint, String token, ClientCall<WatchRequest, WatchResponse> stream) {
      this.endpoint = endpoint;
      this.token = token;
      this.stream = stream;
    }

    @Override
    public void onMessage(WatchResponse response) {
      if (verdict != null || isClosing()) {
        return;
      }
      try {
        receive(response);
      } catch (RuntimeException e) {
        finish(new EtcdException(ErrorCode.CANCELLED, "the listener failed: " + e, e));
        return;
      }
      requestNext();
    }

    private void requestNext() {
      try {
        stream.request(1);
      } catch (RejectedExecutionException closed) {
        // The client was closed while the listener was at work; onClose comes all the same.
        verdict = Errors.of(Status.CANCELLED.withDescription("the client is closed"));
      }
    }

    private void receive(WatchResponse response) {
      if (response.getCanceled()) {
        finish(cancellation(response));
      } else if (response.getCreated()) {
        accept(response);
      } else if (response.getWatchId() == watchId && response.getEventsCount() > 0) {
        WatchBatch batch = Wire.events(response);
        listener.onEvents(batch);
        KeyValue last = batch.events().get(batch.events().size() - 1).kv();
        nextRevision = Math.max(nextRevision, last.modRevision() + 1);
      } else if (response.getWatchId() == watchId) {
        listener.onProgress(Wire.header(response.getHeader()));
        nextRevision = Math.max(nextRevision, response.getHeader().getRevision() + 1);
      } else if (response.getWatchId() == NO_WATCH_ID && response.getEventsCount() == 0) {
        listener.onProgress(Wire.header(response.getHeader()));
      }
    }

    private void accept(WatchResponse response) {
      watchId = response.getWatchId();
      failures = 0;
      renewedToken = false;
      endpoint.noteSuccess();
      if (nextRevision == 0) {
        nextRevision = response.getHeader().getRevision() + 1;
      }
      Header header = Wire.header(response.getHeader());
      if (!created.isDone()) {
        listener.onCreated(header);
        created.complete(header);
      }
    }

    private EtcdException cancellation(WatchResponse response) {
      Header header = Wire.header(response.getHeader());
      boolean compacted = EtcdError.COMPACTED.text().equals(response.getCancelReason());
      if (response.getCompactRevision() != 0 || compacted) {
        return new CompactedException(
            EtcdError.COMPACTED.text(), response.getCompactRevision(), header, null);
      }
      String reason = response.getCancelReason();
      return new WatchCanceledException(
          reason.isEmpty() ? EtcdError.WATCH_CANCELED.text() : reason, header);
    }

    private void finish(EtcdException cause) {
      verdict = cause;
      synchronized (WatchSession.this) {
        // A stream that was cancelled takes no more requests.
        call = null;
      }
      stream.cancel("the watch is over", null);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      synchronized (WatchSession.this) {
        call = null;
      }
      if (isClosing()) {
        end(null);
      } else if (wantsToken(verdict == null ? status.getDescription() : verdict.text())) {
        renewedToken = true;
        openWithNew(token);
      } else if (verdict != null) {
        end(verdict);
      } else if (endsIt(status)) {
        end(Errors.of(status));
      } else {
        resume(status);
      }
    }

    /** Once for each acceptance: a server that refuses the new token as well means it. */
    private boolean wantsToken(String text) {
      return !renewedToken && tokens.renewsAfter(text);
    }

    private void resume(Status status) {
      endpoints.moveOnFrom(endpoint);
      reopenLater(Errors.of(status));
    }
  }

  private void reopenLater(EtcdException cause) {
    failures++;
    try {
      if (failures == 1) {
        listener.onInterrupted(cause);
      }
      long waitMillis = backoff.beforeAttemptMillis(failures, endpoints.size());
      timer.schedule(this::reopen, waitMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      end(null);
    }
  }

  /** Whether no server has said no: nobody could be asked for a token. */
  private static boolean mayPass(ErrorCode code) {
    return code == ErrorCode.DEADLINE_EXCEEDED || code == ErrorCode.UNAVAILABLE;
  }

  private void reopen() {
    try {
      open();
    } catch (IllegalStateException e) {
      end(null);
    }
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  /** Refusals that another endpoint or another moment would repeat. */
  private static boolean endsIt(Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          UNIMPLEMENTED,
          OUT_OF_RANGE,
          RESOURCE_EXHAUSTED ->
          true;
      default -> false;
    };
  }
}
