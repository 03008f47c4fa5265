package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for something that comes by itself. */
final class Await {
  private static final long LIMIT_NANOS = TlsMember.PATIENCE.toNanos();

  private static final long PAUSE_NANOS = 10_000_000;

  private Await() {}

  static void until(Callable<Boolean> condition) throws Exception {
    long begin = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - begin > LIMIT_NANOS) {
        fail("it did not happen within " + TlsMember.PATIENCE);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
