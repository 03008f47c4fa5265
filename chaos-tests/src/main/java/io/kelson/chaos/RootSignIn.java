package io.kelson.chaos;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.EtcdError;
import java.util.concurrent.Executor;

/**
 * Lets the harness look into a cluster whose authentication is on: a call that was refused because
 * the member wants to know who is calling is made once more, as {@link Login#ROOT}.
 *
 * <p>As long as no member asks, it does nothing. For one channel, and calls that send one message.
 * Thread-safe.
 */
public final class RootSignIn implements ClientInterceptor {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private volatile String token = "";

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SignedCall<>(method, options, next);
  }

  private static boolean wantsToken(Status status) {
    String text = String.valueOf(status.getDescription());
    return text.contains(EtcdError.USER_EMPTY.text())
        || text.contains(EtcdError.INVALID_AUTH_TOKEN.text())
        || text.contains(EtcdError.AUTH_OLD_REVISION.text());
  }

  private final class SignedCall<Q, A> extends ClientCall<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final CallOptions options;
    private final Channel channel;
    private final Metadata original = new Metadata();
    private ClientCall<Q, A> call;
    private Q message;
    private int requested;
    private boolean again;

    SignedCall(MethodDescriptor<Q, A> method, CallOptions options, Channel channel) {
      this.method = method;
      this.options = options;
      this.channel = channel;
      this.call = channel.newCall(method, options);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      original.merge(headers);
      call.start(new Retry(listener), withToken());
    }

    @Override
    public synchronized void request(int messages) {
      requested += messages;
      call.request(messages);
    }

    @Override
    public synchronized void sendMessage(Q sent) {
      message = sent;
      call.sendMessage(sent);
    }

    @Override
    public synchronized void halfClose() {
      call.halfClose();
    }

    @Override
    public synchronized void cancel(String why, Throwable cause) {
      call.cancel(why, cause);
    }

    private Metadata withToken() {
      Metadata headers = new Metadata();
      headers.merge(original);
      if (!token.isEmpty()) {
        headers.put(TOKEN, token);
      }
      return headers;
    }

    private synchronized void askAgain(Listener<A> listener) {
      call = channel.newCall(method, options);
      call.start(listener, withToken());
      call.request(requested);
      call.sendMessage(message);
      call.halfClose();
    }

    /** Hands everything on but the first refusal for want of a good token. */
    private final class Retry extends Listener<A> {
      private final Listener<A> listener;

      Retry(Listener<A> listener) {
        this.listener = listener;
      }

      @Override
      public void onHeaders(Metadata headers) {
        listener.onHeaders(headers);
      }

      @Override
      public void onMessage(A answer) {
        listener.onMessage(answer);
      }

      @Override
      public void onReady() {
        listener.onReady();
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        if (again || !wantsToken(status)) {
          listener.onClose(status, trailers);
          return;
        }
        again = true;
        ClientCalls.asyncUnaryCall(
            channel.newCall(
                AuthGrpc.getAuthenticateMethod(),
                CallOptions.DEFAULT.withDeadline(options.getDeadline())),
            AuthenticateRequest.newBuilder()
                .setName(Login.ROOT.user())
                .setPassword(Login.ROOT.password())
                .build(),
            new StreamObserver<AuthenticateResponse>() {
              @Override
              public void onNext(AuthenticateResponse answer) {
                token = answer.getToken();
                askAgain(listener);
              }

              @Override
              public void onError(Throwable failure) {
                // Whoever blocks until the call ends is woken by its own executor only.
                Executor executor = options.getExecutor();
                Runnable end = () -> listener.onClose(Status.fromThrowable(failure), trailers);
                if (executor == null) {
                  end.run();
                } else {
                  executor.execute(end);
                }
              }

              @Override
              public void onCompleted() {}
            });
      }
    }
  }
}
