package io.kelson.server.auth;

import java.util.Optional;

/** How tokens are made and read. Thread-safe; nothing blocks. */
public interface Tokens {
  /**
   * Who a token stands for.
   *
   * @throws AuthException with {@code invalid auth token} if it is none, or not good any more
   */
  Identity identify(String token, AuthState state);

  /**
   * The index of the entry that made a token, if it is one of those that a member knows from the
   * log; 0 if not, or if it can be seen to be none.
   */
  long madeAt(String token);

  /**
   * A new token for a user whose password was right, if that needs no entry in the log.
   *
   * @throws AuthException if this member can only verify tokens
   */
  Optional<String> issue(String user, AuthState state);

  /** What the log says of tokens; on the apply thread. */
  void accept(TokenEffect effect);
}
