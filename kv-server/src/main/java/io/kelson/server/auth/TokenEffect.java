package io.kelson.server.auth;

/**
 * What a command does to the tokens that members remember.
 *
 * @param kind what happens
 * @param user whose tokens; null if nobody's or everybody's
 * @param token the new one; null if there is none
 */
public record TokenEffect(Kind kind, String user, String token) {
  static final TokenEffect NONE = new TokenEffect(Kind.NONE, null, null);

  /** The kinds there are. */
  public enum Kind {
    NONE,
    ASSIGN,
    DROP_USER,
    DROP_ALL
  }

  static TokenEffect assign(String user, String token) {
    return new TokenEffect(Kind.ASSIGN, user, token);
  }

  static TokenEffect drop(String user) {
    return new TokenEffect(Kind.DROP_USER, user, null);
  }

  static TokenEffect dropAll() {
    return new TokenEffect(Kind.DROP_ALL, null, null);
  }

  /** Without the token, which is a secret. */
  @Override
  public String toString() {
    return kind + (user == null ? "" : " " + user);
  }
}
