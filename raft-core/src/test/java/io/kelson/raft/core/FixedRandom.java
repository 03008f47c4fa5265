package io.kelson.raft.core;

import java.util.random.RandomGenerator;

/** Always the same number: election timeouts are then exactly {@code electionTicks + number}. */
record FixedRandom(int number) implements RandomGenerator {
  @Override
  public int nextInt(int bound) {
    return Math.min(number, bound - 1);
  }

  @Override
  public long nextLong() {
    return number;
  }
}
