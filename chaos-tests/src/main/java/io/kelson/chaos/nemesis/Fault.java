package io.kelson.chaos.nemesis;

import java.time.Duration;
import java.util.Optional;

/** A fault that is undone by one piece of code. */
record Fault(String what, Duration lasting, Ending ending) implements Strike {
  /** Undoes it and says what shows that it took effect. */
  @FunctionalInterface
  interface Ending {
    Optional<String> end() throws InterruptedException;
  }

  @Override
  public Optional<String> end() throws InterruptedException {
    return ending.end();
  }
}
