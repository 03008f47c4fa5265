package io.kelson.examples.orchestrator.parts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps as many children of a kind running as are wanted: the part of a machine, or of a cloud. One
 * that dies is replaced, under a new name. Thread-safe.
 */
public final class Fleet implements AutoCloseable {
  private final String kind;
  private final Launcher launcher;
  private final Duration pause;
  private final Consumer<String> log;
  private final Map<String, Child> children = new LinkedHashMap<>();
  private int wanted;
  private int named;
  private boolean closed;

  /** Something that runs, a process say. */
  public interface Child {
    /** Completes when it has ended, for whatever reason. */
    CompletableFuture<?> ended();

    /** Asks it to end; does not wait. */
    void stop();
  }

  /** Starts children. */
  @FunctionalInterface
  public interface Launcher {
    /** Starts the child of that name. */
    Child launch(String name);
  }

  /**
   * A fleet of none.
   *
   * @param kind what the children are called, before a number
   * @param pause before one that died is replaced, so that those which cannot live do not race
   */
  public Fleet(String kind, Launcher launcher, Duration pause, Consumer<String> log) {
    this.kind = kind;
    this.launcher = launcher;
    this.pause = pause;
    this.log = log;
  }

  /** Starts or stops children until there are so many; those started last are stopped first. */
  public synchronized void resize(int wanted) {
    this.wanted = wanted;
    settle();
  }

  /** The names of the children, the oldest first. */
  public synchronized List<String> names() {
    return List.copyOf(children.keySet());
  }

  private void settle() {
    while (!closed && children.size() < wanted) {
      launch();
    }
    while (children.size() > wanted) {
      String last = names().get(children.size() - 1);
      log.accept(last + " is stopped");
      children.remove(last).stop();
    }
  }

  private void launch() {
    String name = kind + "-" + ++named;
    Child child = launcher.launch(name);
    children.put(name, child);
    child.ended().whenComplete((value, failure) -> replace(name, child));
  }

  private synchronized void replace(String name, Child child) {
    if (children.remove(name, child) && !closed) {
      log.accept(name + " has died");
      CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
          .execute(this::settleAgain);
    }
  }

  private synchronized void settleAgain() {
    settle();
  }

  /** Stops all and waits for their end. */
  @Override
  public void close() {
    List<Child> last;
    synchronized (this) {
      closed = true;
      last = new ArrayList<>(children.values());
      children.clear();
      wanted = 0;
    }
    last.forEach(Child::stop);
    last.forEach(child -> child.ended().join());
  }
}
