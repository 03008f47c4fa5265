package io.kelson.examples.orchestrator;

import io.kelson.examples.orchestrator.parts.Timer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A clock that stands still until it is let go, and from then on is past every moment. While it
 * stands, no item ends, so that whatever is to happen in the middle happens in the middle.
 */
final class StoppedTimer implements Timer, AutoCloseable {
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final Map<Object, Runnable> waiting = new LinkedHashMap<>();
  private boolean going;

  @Override
  public synchronized Runnable start(Duration delay, Runnable task) {
    if (going) {
      threads.execute(task);
      return () -> {};
    }
    Object ticket = new Object();
    waiting.put(ticket, task);
    return () -> callOff(ticket);
  }

  private synchronized void callOff(Object ticket) {
    waiting.remove(ticket);
  }

  synchronized void letGo() {
    going = true;
    waiting.values().forEach(threads::execute);
    waiting.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
