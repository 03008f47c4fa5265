package io.kelson.chaos.history;

import io.kelson.client.Permission;

/**
 * One change of what a user may do, as its administrator saw it; or that a client acts as a user.
 *
 * @param kind which call
 * @param user whose password or role it is, empty where it is about a role alone
 * @param role the role, empty where it is about a user alone
 * @param permission what the role is to be allowed, or whose range is taken from it whatever its
 *     type; null where it is about no permission
 * @param client the logical client
 * @param startNanos before it was sent, from the beginning of the run
 * @param endNanos after it was answered; {@link Long#MAX_VALUE} if its outcome is unknown
 * @param status what is known of it
 * @param error what was answered instead, or an empty text
 */
public record AuthRecord(
    Kind kind,
    String user,
    String role,
    Permission permission,
    long client,
    long startNanos,
    long endNanos,
    Status status,
    String error) {
  /** Which call. */
  public enum Kind {
    /** From here on the client's operations are made with the user's credentials. */
    SIGN_IN,
    GRANT_PERMISSION,
    REVOKE_PERMISSION,
    GRANT_ROLE,
    REVOKE_ROLE,
    /** To the same password: who is signed in has to sign in again. */
    CHANGE_PASSWORD
  }

  public AuthRecord {
    boolean aboutPermission = kind == Kind.GRANT_PERMISSION || kind == Kind.REVOKE_PERMISSION;
    if (aboutPermission != (permission != null)) {
      throw new IllegalArgumentException("a permission belongs to its grant and its revocation");
    }
    if (endNanos < startNanos) {
      throw new IllegalArgumentException("a change ended before it began");
    }
  }

  /** A client that acts as a user from now on. */
  public static AuthRecord signIn(String user, long client, long nanos) {
    return new AuthRecord(Kind.SIGN_IN, user, "", null, client, nanos, nanos, Status.OK, "");
  }
}
