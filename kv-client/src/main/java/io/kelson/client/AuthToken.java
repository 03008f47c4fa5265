package io.kelson.client;

/**
 * What a user may show instead of the password. Its text form leaves the token out.
 *
 * @param header the store's word
 * @param token the token; a secret
 */
public record AuthToken(Header header, String token) {
  @Override
  public String toString() {
    return "AuthToken[header=" + header + ", token=(secret)]";
  }
}
