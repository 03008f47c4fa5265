package io.kelson.server.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.kelson.api.AlarmRequest;
import io.kelson.api.EtcdError;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Tokens;
import java.security.Principal;
import java.util.function.LongSupplier;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Looks at who makes a call, lets services know, and turns away who may not make it at all.
 *
 * <p>Callers are known by a token, or by the name in their certificate if certificates are
 * required. What a token is good for is looked at anew whenever it matters. A token that a member
 * further ahead has given out may not be known here yet, and that authentication was turned off may
 * not either: a call with such a token, or without credentials, waits until this member has applied
 * what is committed. Thread-safe.
 */
final class AuthGate implements ServerInterceptor {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private final AuthGuard guard;
  private final Tokens tokens;
  private final boolean namesFromCertificates;
  private final LinearizableReads reads;
  private final LongSupplier appliedIndex;

  /**
   * @param namesFromCertificates whether a certificate's common name is a user, for callers without
   *     a token
   * @param appliedIndex how far this member is
   */
  AuthGate(
      AuthGuard guard,
      Tokens tokens,
      boolean namesFromCertificates,
      LinearizableReads reads,
      LongSupplier appliedIndex) {
    this.guard = guard;
    this.tokens = tokens;
    this.namesFromCertificates = namesFromCertificates;
    this.reads = reads;
    this.appliedIndex = appliedIndex;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    // A stream may live to see authentication being turned on.
    boolean matters =
        guard.state().enabled() || !call.getMethodDescriptor().getType().clientSendsOneMessage();
    if (!matters) {
      return next.startCall(call, metadata);
    }
    AuthRules.Rule rule = AuthRules.of(call.getMethodDescriptor().getFullMethodName());
    if (rule == AuthRules.Rule.NOBODY) {
      return next.startCall(call, metadata);
    }
    String token = token(metadata);
    if (mayBeBehind(metadata, token)) {
      return later(call, () -> begin(call, metadata, next, rule, token));
    }
    return begin(call, metadata, next, rule, token);
  }

  /**
   * Whether what this member is about to say may be news of yesterday: of a token it does not know
   * yet, or to a stranger who has heard that authentication was turned off.
   */
  private boolean mayBeBehind(Metadata metadata, String token) {
    if (token != null) {
      return tokens.madeAt(token) > appliedIndex.getAsLong();
    }
    return guard.state().enabled()
        && !namesFromCertificates
        && metadata.get(AuthGuard.TICKET) == null;
  }

  private <Q, A> ServerCall.Listener<Q> begin(
      ServerCall<Q, A> call,
      Metadata metadata,
      ServerCallHandler<Q, A> next,
      AuthRules.Rule rule,
      String token) {
    try {
      Caller caller = caller(call, metadata, token);
      requireAllowed(rule, caller);
      Context context = AuthGuard.with(caller);
      ServerCall.Listener<Q> listener = Contexts.interceptCall(context, call, metadata, next);
      return rule == AuthRules.Rule.ALARM ? new AlarmRule<>(call, listener, caller) : listener;
    } catch (AuthException e) {
      return refuse(call, e.error());
    }
  }

  private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, EtcdError error) {
    call.close(error.status(), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private void requireAllowed(AuthRules.Rule rule, Caller caller) {
    AuthState state = guard.state();
    if (!state.enabled()) {
      return;
    }
    switch (rule) {
      case USER -> state.requireUser(caller.identify(state));
      case ROOT -> state.requireRoot(caller.identify(state));
      case NOBODY, USER_WHEN_SERVED, ROOT_WHEN_SERVED, KEYS, OWN, ALARM -> {}
    }
  }

  private static String token(Metadata metadata) {
    String token = metadata.get(TOKEN);
    if (token == null) {
      token = metadata.get(AUTHORIZATION);
    }
    return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
  }

  private Caller caller(ServerCall<?, ?> call, Metadata metadata, String token) {
    String ticket = metadata.get(AuthGuard.TICKET);
    if (ticket != null) {
      return guard.read(ticket);
    }
    if (token != null) {
      return state -> tokens.identify(token, state);
    }
    // The certificate of a call that was passed on is that of a member, which speaks for others.
    boolean isOwn = metadata.get(LeaderForward.HOPS) == null;
    String name = namesFromCertificates && isOwn ? certificateName(call) : "";
    return name.isEmpty() ? Caller.ANONYMOUS : Caller.named(name);
  }

  private static String certificateName(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session == null ? "" : commonName(session.getPeerPrincipal());
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  /** The common name in a certificate's subject, or nothing. */
  static String commonName(Principal subject) {
    try {
      for (Rdn part : new LdapName(subject.getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          return name;
        }
      }
      return "";
    } catch (InvalidNameException e) {
      return "";
    }
  }

  /** Begins the call once everything committed by now has been applied. */
  private <Q> ServerCall.Listener<Q> later(ServerCall<Q, ?> call, Beginning<Q> beginning) {
    LaterListener<Q> listener = new LaterListener<>();
    // What the call's cancellation and the services look at is the context of now.
    Context context = Context.current();
    reads.submit(
        CallLoop.current(),
        new LinearizableReads.Read() {
          @Override
          public void ready() {
            context.run(() -> listener.become(beginning.begin()));
          }

          @Override
          public void failed(EtcdError error) {
            listener.become(refuse(call, error));
          }
        });
    return listener;
  }

  /** Starts a call. */
  @FunctionalInterface
  private interface Beginning<Q> {
    ServerCall.Listener<Q> begin();
  }

  /** Whether a request about alarms changes anything only the request itself says. */
  private final class AlarmRule<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final Caller caller;
    private boolean refused;

    AlarmRule(ServerCall<Q, ?> call, ServerCall.Listener<Q> next, Caller caller) {
      super(next);
      this.call = call;
      this.caller = caller;
    }

    @Override
    public void onMessage(Q message) {
      boolean looks =
          message instanceof AlarmRequest alarm
              && alarm.getAction() == AlarmRequest.AlarmAction.GET;
      try {
        requireAllowed(looks ? AuthRules.Rule.USER : AuthRules.Rule.ROOT, caller);
        super.onMessage(message);
      } catch (AuthException e) {
        refused = true;
        refuse(call, e.error());
      }
    }

    /** A handler that was given no request would answer that there was none. */
    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }
}
