package io.kelson.raft.runtime;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A state machine that remembers its commands and lets a test wait for them. */
final class RecordingMachine implements StateMachine {
  private final List<String> commands = new ArrayList<>();
  private LogPosition applied = LogPosition.ZERO;
  private RuntimeException poison;

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
      if (entry.type() == EntryType.NORMAL) {
        commands.add(new String(entry.data(), StandardCharsets.UTF_8));
      }
      applied = entry.position();
    }
    notifyAll();
  }

  synchronized void failWith(RuntimeException cause) {
    poison = cause;
  }

  synchronized List<String> commands() {
    return List.copyOf(commands);
  }

  /** Waits until the commands are as wanted; the test's own time-out ends a wait in vain. */
  synchronized List<String> await(Predicate<List<String>> wanted) throws InterruptedException {
    while (!wanted.test(commands)) {
      wait();
    }
    return List.copyOf(commands);
  }
}
