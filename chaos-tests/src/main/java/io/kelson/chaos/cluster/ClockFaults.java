package io.kelson.chaos.cluster;

import java.time.Duration;
import java.time.Instant;

/** A cluster whose members' wall clocks can be set; the monotonic ones are never touched. */
public interface ClockFaults {
  /** How far a member's wall clock is off from now on; back with {@link Duration#ZERO}. */
  void setClock(int member, Duration ahead);

  /** What a process started with the clock of that member takes the time to be. */
  Instant clock(int member);
}
