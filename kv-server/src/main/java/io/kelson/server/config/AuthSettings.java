package io.kelson.server.config;

/**
 * How clients prove who they are, once authentication is enabled.
 *
 * @param token {@code simple}, or {@code jwt,} and options as in etcd: {@code
 *     jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=10m}
 * @param tokenTtlSeconds how long a simple token lives without being used
 * @param bcryptCost cost of a password's hash, in [4, 31]; each step doubles the time. Too small:
 *     stolen hashes are guessed sooner; too large: logins take seconds of a processor
 */
public record AuthSettings(String token, int tokenTtlSeconds, int bcryptCost) {
  /** As etcd. */
  public static final AuthSettings DEFAULT = new AuthSettings("simple", 300, 10);
}
