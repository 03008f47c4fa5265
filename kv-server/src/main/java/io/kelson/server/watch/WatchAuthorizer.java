package io.kelson.server.watch;

/**
 * Decides whether the client of a stream may watch some keys; asked once per watch, at creation.
 */
@FunctionalInterface
public interface WatchAuthorizer {
  /** Lets everybody watch everything: authentication is off. */
  WatchAuthorizer ALLOW_ALL = range -> null;

  /**
   * Why this client may not watch {@code range}, or null if it may.
   *
   * @return the text for {@code cancel_reason}, in the long form that clients look for: {@code rpc
   *     error: code = PermissionDenied desc = etcdserver: permission denied}
   */
  String refusal(WatchRange range);
}
