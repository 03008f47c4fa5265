package io.kelson.server.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A timer whose time passes when a test says so. */
final class FakeTimer implements WatchTimer {
  private record Task(long dueMillis, Runnable action) {}

  private final List<Task> tasks = new ArrayList<>();
  private long nowMillis;

  @Override
  public Runnable after(long delayMillis, Runnable action) {
    Task task = new Task(nowMillis + delayMillis, action);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  /** Lets time pass and runs what falls due. */
  void advance(long millis) {
    long until = nowMillis + millis;
    while (true) {
      Task first = tasks.stream().min(Comparator.comparingLong(Task::dueMillis)).orElse(null);
      if (first == null || first.dueMillis() > until) {
        break;
      }
      nowMillis = first.dueMillis();
      tasks.remove(first);
      first.action().run();
    }
    nowMillis = until;
  }

  int size() {
    return tasks.size();
  }
}
