package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.EtcdError;
import io.kelson.server.auth.AuthException;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.AuthStore;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.auth.Tickets;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.StoreView;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.watch.WatchAuthorizer;
import io.kelson.server.watch.WatchRange;
import java.util.Locale;

/**
 * Stands between the services and what they serve: signs what goes into the log with its caller's
 * name, and gives out views of the store only to those who may see what they want to see in them.
 * While authentication is off it costs a look at the state. Thread-safe.
 */
final class AuthGuard {
  /** A member that passes a call on says here for whom; see {@link Tickets}. */
  static final Metadata.Key<String> TICKET =
      Metadata.Key.of("kelson-caller", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("kelson-caller", Caller.ANONYMOUS);

  private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

  private final AuthStore auth;
  private final MvccStore store;
  private final Tickets tickets;

  AuthGuard(AuthStore auth, MvccStore store, Tickets tickets) {
    this.auth = auth;
    this.store = store;
    this.tickets = tickets;
  }

  /** Who makes the call of the current context. */
  static Caller caller() {
    return CALLER.get();
  }

  /** The current context with a caller. */
  static Context with(Caller caller) {
    return Context.current().withValue(CALLER, caller);
  }

  AuthState state() {
    return auth.current();
  }

  /**
   * Who that is; nobody as long as nobody has to be known.
   *
   * @throws AuthException if the credentials are not good
   */
  static Identity identify(Caller caller, AuthState state) {
    return state.enabled() ? caller.identify(state) : Identity.NOBODY;
  }

  /** Signs a request of the current call; see {@link #sign(InternalRequest.Builder, Caller)}. */
  EtcdError sign(InternalRequest.Builder request) {
    return auth.current().enabled() ? sign(request, caller()) : null;
  }

  /**
   * Puts the caller's name below a request for the log.
   *
   * @return why it may not go there, or null: strangers are turned away before they fill the log
   */
  EtcdError sign(InternalRequest.Builder request, Caller caller) {
    AuthState state = auth.current();
    if (!state.enabled()) {
      return null;
    }
    try {
      Identity who = caller.identify(state);
      if (who.user().isEmpty()) {
        return EtcdError.USER_EMPTY;
      }
      request.setAuthUser(who.user()).setAuthRevision(who.revision());
      return null;
    } catch (AuthException e) {
      return e.error();
    }
  }

  /**
   * The newest view, if its reader may read.
   *
   * @throws AuthException if not
   */
  StoreView acquire(Guarded read) {
    while (true) {
      AuthState state = auth.current();
      StoreView view = store.acquireView();
      if (auth.current() == state) {
        return state.enabled() ? checked(view, state, read) : view;
      }
      view.close();
    }
  }

  private static StoreView checked(StoreView view, AuthState state, Guarded read) {
    try {
      if (view.generation() != state.generation()) {
        // Between the two steps of installing a snapshot. Whoever comes again finds both.
        throw new AuthException(EtcdError.LEADER_CHANGED);
      }
      if (read.isGuarded()) {
        read.requireAllowed(state, read.caller().identify(state), view);
      }
      return view;
    } catch (RuntimeException e) {
      view.close();
      throw e;
    }
  }

  /** The oldest revision that can still be read; needs no right to know. */
  long compactRevision() {
    return store.compactRevision();
  }

  /** Says of each watch whether that caller may have it. */
  WatchAuthorizer watches(Caller caller) {
    return range -> {
      AuthState state = auth.current();
      if (!state.enabled()) {
        return null;
      }
      try {
        state.requireRead(caller.identify(state), range.lo(), rangeEnd(range));
        return null;
      } catch (AuthException e) {
        return longForm(e.error());
      }
    };
  }

  private static ByteString rangeEnd(WatchRange range) {
    if (range.isSingleKey()) {
      return ByteString.EMPTY;
    }
    return range.isOpenEnded() ? ZERO : range.hi();
  }

  /** As Go's gRPC prints an error, which is what clients look for. */
  static String longForm(EtcdError error) {
    StringBuilder code = new StringBuilder();
    for (String word : error.code().name().split("_")) {
      code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return "rpc error: code = " + code + " desc = " + error.text();
  }

  /**
   * Lets a call be made to another member in the name of a caller.
   *
   * @throws AuthException if the caller's credentials are not good
   */
  <S extends AbstractStub<S>> S vouch(S stub, Caller caller) {
    AuthState state = auth.current();
    Identity who = identify(caller, state);
    if (who.user().isEmpty()) {
      return stub;
    }
    Metadata metadata = new Metadata();
    metadata.put(TICKET, tickets.issue(who, state));
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** Who is named on a ticket. */
  Caller read(String ticket) {
    return tickets.read(ticket, auth.current());
  }

  /** The error as a status. */
  static Status status(AuthException e) {
    return e.error().status();
  }
}
