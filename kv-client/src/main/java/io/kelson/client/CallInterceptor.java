package io.kelson.client;

import java.time.Duration;

/**
 * Sees every request before and after, for logs, metrics and traces.
 *
 * <p>A request counts once, however many attempts it takes. Watches, keep-alives and snapshots are
 * streams and are not seen. Both methods must be quick: the first runs on the caller's thread, the
 * second on the one that completes the request. What they throw is logged and changes nothing.
 */
public interface CallInterceptor {
  /**
   * One request.
   *
   * @param method its name in the API, as {@code etcdserverpb.KV/Put}
   * @param writes whether it may change something
   */
  record Call(String method, boolean writes) {}

  /** A request is about to be sent. */
  default void before(Call call) {}

  /**
   * A request is over.
   *
   * @param failure what it failed with; null when it succeeded. {@link OutcomeUnknownException}
   *     when it may have happened
   * @param took how long it took with all its attempts
   */
  default void after(Call call, Throwable failure, Duration took) {}
}
