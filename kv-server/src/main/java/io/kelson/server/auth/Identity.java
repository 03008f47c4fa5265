package io.kelson.server.auth;

/**
 * Who asks for something.
 *
 * @param user empty if nobody is known
 * @param revision the auth revision that the credentials are good for; 0 for nobody
 */
public record Identity(String user, long revision) {
  /** A caller without credentials. */
  public static final Identity NOBODY = new Identity("", 0);

  /**
   * The member itself, for what it does of its own accord; allowed everything. No credentials come
   * to this: it is written into requests by the member's own code only.
   */
  public static final Identity MEMBER = new Identity("", -1);

  /** Whether this is {@link #MEMBER}. */
  public boolean isMember() {
    return user.isEmpty() && revision == -1;
  }
}
