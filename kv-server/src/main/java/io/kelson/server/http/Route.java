package io.kelson.server.http;

/** What stands behind a path. */
@FunctionalInterface
interface Route {
  /**
   * Begins to answer a request whose head has arrived; may answer at once or later. On the
   * connection's event loop, which it must not block.
   *
   * @return who takes the request's body
   */
  RequestBody begin(Exchange exchange);
}
