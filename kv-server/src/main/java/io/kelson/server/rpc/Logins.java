package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.AuthenticateResponse;
import io.kelson.api.EtcdError;
import io.kelson.api.ResponseHeader;
import io.kelson.api.auth.User;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.SimpleTokens;
import io.kelson.server.proto.AuthLogin;
import io.kelson.server.proto.InternalRequest;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Trades passwords for tokens. A password is checked on threads of its own, against the users as
 * they are after everything committed by now; if they change before the token is made, it is
 * checked again.
 */
final class Logins {
  private static final int MAX_ATTEMPTS = 8;

  private final AuthGuard guard;
  private final AuthParts parts;
  private final Proposals proposals;
  private final StoreReads reads;
  private final Supplier<ResponseHeader> headers;
  private final SecureRandom random = new SecureRandom();

  Logins(
      AuthGuard guard,
      AuthParts parts,
      Proposals proposals,
      StoreReads reads,
      Supplier<ResponseHeader> headers) {
    this.guard = guard;
    this.parts = parts;
    this.proposals = proposals;
    this.reads = reads;
    this.headers = headers;
  }

  /** Answers a call that has just come in. */
  void begin(AuthenticateRequest request, Reply<AuthenticateResponse> reply) {
    Login login = new Login(request, reply, CallLoop.current());
    reads.whenFresh(false, login::attempt, reply::failed);
  }

  /** One of them. */
  private final class Login implements Outcome {
    private final AuthenticateRequest request;
    private final Reply<AuthenticateResponse> reply;
    private final EventExecutor loop;
    private int attempts;

    Login(AuthenticateRequest request, Reply<AuthenticateResponse> reply, EventExecutor loop) {
      this.request = request;
      this.reply = reply;
      this.loop = loop;
    }

    void attempt() {
      AuthState state = guard.state();
      if (!state.enabled()) {
        reply.failed(EtcdError.AUTH_NOT_ENABLED);
      } else if (++attempts > MAX_ATTEMPTS
          || !parts.threads().maybeBeginLogin()
          || !parts.threads().maybeExecute(() -> check(state))) {
        reply.failed(EtcdError.TOO_MANY_REQUESTS);
      }
    }

    private void check(AuthState state) {
      if (reply.isCancelled()) {
        return;
      }
      User user = state.user(request.getName());
      ByteString hash = user == null ? ByteString.EMPTY : user.getPassword();
      boolean right = parts.passwords().matches(request.getPassword(), hash);
      if (user != null && user.getOptions().getNoPassword()) {
        reply.failed(EtcdError.NO_PASSWORD_USER);
      } else if (right) {
        issue(state);
      } else {
        reply.failed(EtcdError.AUTH_FAILED);
      }
    }

    private void issue(AuthState state) {
      Optional<String> token;
      try {
        token = parts.tokens().issue(request.getName(), state);
      } catch (AuthException e) {
        reply.failed(e.error());
        return;
      }
      if (token.isPresent()) {
        reply.send(
            AuthenticateResponse.newBuilder()
                .setHeader(headers.get())
                .setToken(token.get())
                .build());
        return;
      }
      AuthLogin login =
          AuthLogin.newBuilder()
              .setUser(request.getName())
              .setTokenPrefix(SimpleTokens.newPrefix(random))
              .setCheckedRevision(state.revision())
              .build();
      proposals.submit(InternalRequest.newBuilder().setAuthLogin(login), loop, this);
    }

    @Override
    public void succeeded(MessageLite response) {
      reply.succeeded(response);
    }

    @Override
    public void failed(EtcdError error) {
      if (error == EtcdError.AUTH_OLD_REVISION) {
        attempt();
      } else {
        reply.failed(error);
      }
    }
  }
}
