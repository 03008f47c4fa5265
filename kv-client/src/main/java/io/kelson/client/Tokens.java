package io.kelson.client;

import io.grpc.Metadata;
import io.kelson.api.EtcdError;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The token that requests carry: none, a fixed one, or one that is fetched with a user's password
 * and again whenever the server no longer takes it.
 *
 * <p>Requests that need a new one at the same time share one fetch. Thread-safe.
 */
final class Tokens {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** What stands for a token while the server asks for none. */
  private static final String UNASKED = "";

  private final Supplier<CompletableFuture<AuthToken>> authenticate;
  private volatile String token;
  private CompletableFuture<String> fetch;

  private Tokens(String token, Supplier<CompletableFuture<AuthToken>> authenticate) {
    this.token = token;
    this.authenticate = authenticate;
  }

  static Tokens none() {
    return new Tokens(UNASKED, null);
  }

  static Tokens fixed(String token) {
    return new Tokens(token, null);
  }

  static Tokens fetched(Supplier<CompletableFuture<AuthToken>> authenticate) {
    return new Tokens(null, authenticate);
  }

  /** The token to show; null when one has to be fetched first. */
  String current() {
    return token;
  }

  static void put(Metadata headers, String token) {
    if (token != null && !token.isEmpty()) {
      headers.put(TOKEN, token);
    }
  }

  /** Whether the server said that it wants another token, and there is a way to get one. */
  boolean renewsAfter(String text) {
    return authenticate != null
        && text != null
        && (text.contains(EtcdError.INVALID_AUTH_TOKEN.text())
            || text.contains(EtcdError.AUTH_OLD_REVISION.text())
            || text.contains(EtcdError.USER_EMPTY.text()));
  }

  /** Gets a token in place of {@code stale}, unless somebody has already. */
  synchronized CompletableFuture<String> renew(String stale) {
    if (fetch != null) {
      return fetch;
    }
    String now = token;
    if (now != null && !now.equals(stale)) {
      return CompletableFuture.completedFuture(now);
    }
    CompletableFuture<String> started = new CompletableFuture<>();
    fetch = started;
    authenticate.get().whenComplete((answer, failure) -> settle(started, answer, failure));
    return started;
  }

  private void settle(CompletableFuture<String> started, AuthToken answer, Throwable failure) {
    boolean unasked =
        failure instanceof EtcdException refusal
            && EtcdError.AUTH_NOT_ENABLED.text().equals(refusal.text());
    synchronized (this) {
      fetch = null;
      if (failure == null) {
        token = answer.token();
      } else if (unasked) {
        token = UNASKED;
      }
    }
    if (failure == null || unasked) {
      started.complete(token);
    } else {
      started.completeExceptionally(failure);
    }
  }
}
