package io.kelson.chaos.run;

import io.kelson.chaos.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The threads of a run's clients. For one thread, apart from theirs. */
final class Clients {
  private static final long PATIENCE_MILLIS = 20_000;
  private static final long AFTER_INTERRUPT_MILLIS = 5_000;

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

  /** Starts them. */
  static Clients start(Workload workload, RunSession session, int count) {
    Clients clients = new Clients();
    for (int i = 0; i < count; i++) {
      int index = i;
      Thread thread = new Thread(() -> clients.work(workload, session, index), "chaos-client-" + i);
      thread.setDaemon(true);
      clients.threads.add(thread);
      thread.start();
    }
    return clients;
  }

  private void work(Workload workload, RunSession session, int index) {
    try {
      workload.work(session, index);
    } catch (InterruptedException e) {
      troubles.add("client " + index + " had to be interrupted");
    } catch (RuntimeException | Error e) {
      troubles.add("client " + index + " failed: " + e);
    }
  }

  /** Waits for them after they have been told to stop; says what was wrong with any. */
  List<String> join() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    for (Thread thread : threads) {
      thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
    }
    for (Thread thread : threads) {
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(AFTER_INTERRUPT_MILLIS);
      }
      if (thread.isAlive()) {
        troubles.add(thread.getName() + " did not end");
      }
    }
    return List.copyOf(troubles);
  }
}
