package io.kelson.bench;

import java.util.List;

/** Who else had the machine's CPU while something was measured. */
public final class Bystanders {
  private final Machine.CpuTime before = Machine.cpuTime();
  private final long ownBefore = CpuMeter.ownMicrosWithEndedChildren();

  private Bystanders() {}

  /** Looks from now on; before the first server is started. */
  public static Bystanders watch() {
    return new Bystanders();
  }

  /**
   * What was seen.
   *
   * @param serverPids servers that were started since and run still; others have ended
   */
  public Shares since(List<Long> serverPids) {
    Machine.CpuTime spent = Machine.cpuTime().since(before);
    long own = CpuMeter.micros(serverPids) + CpuMeter.ownMicrosWithEndedChildren() - ownBefore;
    return new Shares(spent.percent(spent.stolen()), spent.percentBeside(own));
  }

  /**
   * Shares of all CPU time.
   *
   * @param stolenPercent what the machine's host gave to others
   * @param foreignPercent what went to processes other than the servers and the driver
   */
  public record Shares(double stolenPercent, double foreignPercent) {
    /** Whether figures taken meanwhile are for quoting. */
    public boolean quiet() {
      return stolenPercent <= 1 && foreignPercent <= 3;
    }
  }
}
