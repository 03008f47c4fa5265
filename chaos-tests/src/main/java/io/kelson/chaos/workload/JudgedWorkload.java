package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A workload with what the runner has to know beside what it does. */
public abstract class JudgedWorkload implements Workload {
  private final String name;
  private final String description;
  private final List<Checker> checkers;

  JudgedWorkload(String name, String description, Checker... checkers) {
    this.name = name;
    this.description = description;
    this.checkers = List.of(checkers);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String describe() {
    return description;
  }

  @Override
  public final List<Checker> checkers() {
    return checkers;
  }

  /** How much recorded work has to succeed a second, for the run to say anything. */
  public double leastPerSecond() {
    return 10;
  }

  /** How long after the last call something may still be due, such as leases to expire. */
  public Duration settles() {
    return Duration.ZERO;
  }

  /** Why the log has events that no recorded call explains; empty if each has one. */
  public Optional<String> unexplained() {
    return Optional.empty();
  }

  /** What it has counted beside its calls, for the result. */
  public Map<String, Long> counts() {
    return Map.of();
  }

  /** Why the run says nothing though its calls succeeded; empty if it does. */
  public Optional<String> missed() {
    return Optional.empty();
  }

  @Override
  public void prepare(Session session) throws InterruptedException {}

  /**
   * Leaves the cluster so that everything in it can be read: after the last call, when the cluster
   * is whole again.
   *
   * @throws IllegalStateException if it cannot
   */
  public void finish(Session session) throws InterruptedException {}
}
