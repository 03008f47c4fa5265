package io.kelson.server.http;

import io.netty.buffer.ByteBuf;

/**
 * Takes a request's body as it arrives, and hears of what else happens to its connection. All on
 * the connection's event loop, and nothing after the request has been answered.
 */
interface RequestBody {
  /** For requests whose body does not matter. */
  RequestBody IGNORED = new RequestBody() {};

  /** Some of it has arrived; the buffer is the caller's again afterwards. */
  default void data(ByteBuf bytes) {}

  /** All of it has arrived. */
  default void end() {}

  /** The client has left, or was too slow. */
  default void gone() {}

  /** The connection takes more of the answer again. */
  default void writable() {}
}
