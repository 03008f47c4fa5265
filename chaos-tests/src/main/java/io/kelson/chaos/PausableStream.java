package io.kelson.chaos;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A watch stream of one member whose client can stop reading. Thread-safe.
 *
 * <p>The client library always reads its streams: when a listener is slow it gives up its watch and
 * asks for it again later, so the server never has a full queue from it. This one asks gRPC for one
 * response at a time, over a connection of its own with a small window; while it does not ask, no
 * more than that window travels, and the rest is the server's to keep.
 */
public final class PausableStream implements AutoCloseable {
  private static final int WINDOW_BYTES = 65_535;
  private static final int SIGN_IN_SECONDS = 2;
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** What a server read from history may come in one response, however large. */
  private static final int MAX_ANSWER_BYTES = 256 << 20;

  private final ManagedChannel channel;
  private final Consumer<WatchResponse> listener;

  // Guarded by this.
  private ClientCallStreamObserver<WatchRequest> call;
  private boolean reading = true;

  /** One response has been asked for and has not come. */
  private boolean asked = true;

  private volatile boolean over;

  /**
   * Opens it.
   *
   * @param endpoint of the member, as {@code host:port}
   * @param listener hears one response at a time, in order
   */
  public PausableStream(String endpoint, Consumer<WatchResponse> listener) {
    this.listener = listener;
    this.channel =
        NettyChannelBuilder.forTarget("dns:///" + endpoint)
            .usePlaintext()
            .disableRetry()
            .proxyDetector(target -> null)
            .flowControlWindow(WINDOW_BYTES)
            .maxInboundMessageSize(MAX_ANSWER_BYTES)
            .build();
    Metadata headers = new Metadata();
    rootToken().ifPresent(token -> headers.put(TOKEN, token));
    WatchGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .watch(new Responses());
  }

  /** Empty where authentication is off, or nobody answers: then the stream will end as well. */
  private Optional<String> rootToken() {
    try {
      return Optional.of(
          AuthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SIGN_IN_SECONDS, TimeUnit.SECONDS)
              .authenticate(
                  AuthenticateRequest.newBuilder()
                      .setName(Login.ROOT.user())
                      .setPassword(Login.ROOT.password())
                      .build())
              .getToken());
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  /** Sends a request, whether it is reading or not. */
  public synchronized void send(WatchRequest request) {
    if (!over) {
      call.onNext(request);
    }
  }

  /** Reads no more; what was asked for already may still come. */
  public synchronized void pause() {
    reading = false;
  }

  /** Reads on. */
  public synchronized void resume() {
    reading = true;
    maybeAsk();
  }

  /** Whether it has ended, by itself or by {@link #close}. */
  public boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    over = true;
    channel.shutdownNow();
  }

  private synchronized void begins(ClientCallStreamObserver<WatchRequest> begun) {
    call = begun;
    call.disableAutoRequestWithInitial(1);
  }

  private synchronized void came() {
    asked = false;
    maybeAsk();
  }

  private void maybeAsk() {
    if (reading && !asked && !over) {
      asked = true;
      call.request(1);
    }
  }

  private final class Responses implements ClientResponseObserver<WatchRequest, WatchResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> begun) {
      begins(begun);
    }

    @Override
    public void onNext(WatchResponse response) {
      listener.accept(response);
      came();
    }

    @Override
    public void onError(Throwable cause) {
      over = true;
    }

    @Override
    public void onCompleted() {
      over = true;
    }
  }
}
