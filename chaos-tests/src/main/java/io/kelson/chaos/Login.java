package io.kelson.chaos;

/**
 * Whom somebody signs in as.
 *
 * @param user the user's name, empty for nobody
 * @param password the user's password
 */
public record Login(String user, String password) {
  /** Signs in as nobody. */
  public static final Login NOBODY = new Login("", "");

  /**
   * The administrator of every cluster whose authentication is turned on. The harness's own calls
   * are made as this user, but only to members that ask who is calling.
   */
  public static final Login ROOT = new Login("root", "chaos-root");
}
