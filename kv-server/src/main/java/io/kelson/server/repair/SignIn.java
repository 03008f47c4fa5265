package io.kelson.server.repair;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.EtcdError;
import java.util.concurrent.TimeUnit;

/**
 * Shows one endpoint of a cluster whose authentication is on who calls. Signs in with the first
 * call, and again after a token was refused; where authentication is off it does nothing.
 */
final class SignIn implements ClientInterceptor {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final long TIMEOUT_MILLIS = 10_000;

  private final Channel plain;
  private final Credentials credentials;
  private volatile String token;

  /** Who signs in; the password is not part of any text. */
  record Credentials(String user, String password) {
    /** Nobody does. */
    static final Credentials NONE = new Credentials("", "");

    boolean isNone() {
      return user.isEmpty();
    }

    @Override
    public String toString() {
      return "Credentials[user=" + user + "]";
    }
  }

  /**
   * @param plain the way to the endpoint
   */
  SignIn(Channel plain, Credentials credentials) {
    this.plain = plain;
    this.credentials = credentials;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    String shown = token();
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        if (!shown.isEmpty()) {
          headers.put(TOKEN, shown);
        }
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                if (!status.isOk()) {
                  token = null;
                }
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  /** Empty if none is needed. */
  private String token() {
    String known = token;
    if (known == null) {
      known = credentials.isNone() ? "" : signIn();
      token = known;
    }
    return known;
  }

  private String signIn() {
    try {
      return AuthGrpc.newBlockingStub(plain)
          .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
          .authenticate(
              AuthenticateRequest.newBuilder()
                  .setName(credentials.user())
                  .setPassword(credentials.password())
                  .build())
          .getToken();
    } catch (StatusRuntimeException e) {
      if (EtcdError.AUTH_NOT_ENABLED.text().equals(e.getStatus().getDescription())) {
        return "";
      }
      throw e;
    }
  }
}
