package io.kelson.server.auth;

/**
 * What is known of whoever makes a call, by the credentials that came with it. A call may last: its
 * credentials are looked at again each time. Thread-safe.
 */
@FunctionalInterface
public interface Caller {
  /** One who brought no credentials. */
  Caller ANONYMOUS = state -> Identity.NOBODY;

  /**
   * Who that is by a state.
   *
   * @throws AuthException if the credentials are not, or no longer, good
   */
  Identity identify(AuthState state);

  /** One who is known by name, as from a certificate; always up to date with the state. */
  static Caller named(String user) {
    return state -> new Identity(user, state.revision());
  }
}
