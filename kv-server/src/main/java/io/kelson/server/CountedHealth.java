package io.kelson.server;

import io.kelson.server.http.MemberHealth;
import io.kelson.server.metrics.HealthMetrics;
import java.util.List;
import java.util.function.Consumer;

/** A member's health, with a count of how often it was asked for and how it was. */
record CountedHealth(MemberHealth member, HealthMetrics counts) implements MemberHealth {
  @Override
  public List<String> alarms() {
    return member.alarms();
  }

  @Override
  public String diskReason() {
    return member.diskReason();
  }

  @Override
  public boolean hasLeader() {
    return member.hasLeader();
  }

  @Override
  public boolean isLearner() {
    return member.isLearner();
  }

  @Override
  public void read(boolean serializable, Consumer<String> done) {
    member.read(serializable, done);
  }

  @Override
  public void answered(boolean healthy) {
    counts.answered(healthy);
  }

  @Override
  public void checked(String probe, String check, boolean healthy) {
    counts.checked(probe, check, healthy);
  }
}
