package io.kelson.raft.runtime;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A state machine that remembers its commands and lets a test wait for them. */
final class RecordingMachine implements StateMachine {
  private final List<String> commands = new ArrayList<>();
  private LogPosition applied = LogPosition.ZERO;
  private LogPosition durable = LogPosition.ZERO;
  private byte[] config = {};
  private RuntimeException poison;
  private int settled;

  @Override
  public synchronized LogPosition applied() {
    return applied;
  }

  @Override
  public synchronized void apply(List<Entry> entries) {
    if (poison != null) {
      throw poison;
    }
    for (Entry entry : entries) {
      if (entry.type() == EntryType.CONFIG) {
        config = entry.data();
      }
      if (entry.type() == EntryType.NORMAL) {
        commands.add(new String(entry.data(), StandardCharsets.UTF_8));
      }
      applied = entry.position();
    }
    notifyAll();
  }

  @Override
  public synchronized byte[] config() {
    return config;
  }

  @Override
  public synchronized LogPosition durable() {
    return durable;
  }

  @Override
  public synchronized LogPosition flush() {
    durable = applied;
    return durable;
  }

  @Override
  public synchronized LogPosition settle() {
    settled++;
    notifyAll();
    return durable;
  }

  /** Waits until it was told so often that nothing was applied for a while. */
  synchronized void awaitSettled(int times) throws InterruptedException {
    while (settled < times) {
      wait();
    }
  }

  /** The snapshot's only file holds the commands, one a line. */
  @Override
  public synchronized void install(ReceivedSnapshot snapshot) {
    try {
      commands.clear();
      commands.addAll(Files.readAllLines(snapshot.directory().resolve("commands")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    config = snapshot.config();
    applied = snapshot.position();
    durable = applied;
    notifyAll();
  }

  synchronized void failWith(RuntimeException cause) {
    poison = cause;
  }

  synchronized List<String> commands() {
    return List.copyOf(commands);
  }

  /** Waits until the commands are as wanted, or for as long; returns whether they are. */
  synchronized boolean await(Predicate<List<String>> wanted, Duration atMost)
      throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    for (long left = atMost.toNanos(); !wanted.test(commands) && left > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
    return wanted.test(commands);
  }

  /** Waits until the commands are as wanted; the test's own time-out ends a wait in vain. */
  synchronized List<String> await(Predicate<List<String>> wanted) throws InterruptedException {
    while (!wanted.test(commands)) {
      wait();
    }
    return List.copyOf(commands);
  }
}
