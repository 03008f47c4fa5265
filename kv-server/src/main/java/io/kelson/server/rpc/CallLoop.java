package io.kelson.server.rpc;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.ThreadExecutorMap;

/** Finds the event loop a call came in on, so that its answer leaves from there without a hop. */
final class CallLoop {
  private CallLoop() {}

  /**
   * The current thread's event loop; for callers that are on none, a thread shared by the process.
   */
  static EventExecutor current() {
    EventExecutor executor = ThreadExecutorMap.currentExecutor();
    return executor == null ? GlobalEventExecutor.INSTANCE : executor;
  }
}
