package io.kelson.server.rpc;

import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Caller;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.StoreView;

/** A read of the store that somebody may not be allowed. */
interface Guarded {
  /** Who wants to read. */
  Caller caller();

  /** Whether there is anything to ask. */
  default boolean isGuarded() {
    return true;
  }

  /**
   * Lets it pass or refuses it; only asked while authentication is on. May block if reading may.
   *
   * @param view of the time of the state
   * @throws io.kelson.server.auth.AuthException if it is refused
   */
  void requireAllowed(AuthState state, Identity who, StoreView view);
}
