package io.kelson.bench;

import java.util.List;

/** What servers and driver use while something is measured; begin it right before. */
final class CostMeter implements AutoCloseable {
  private final List<Long> serverPids;
  private final SyncMeter syncs;
  private final CpuRecorder cpu;
  private final Cost before;

  private CostMeter(List<Long> serverPids, SyncMeter syncs) {
    this.serverPids = serverPids;
    this.syncs = syncs;
    this.cpu = CpuRecorder.start(serverPids);
    this.before = Cost.of(serverPids);
  }

  /**
   * Begins.
   *
   * @param serverPids whose cost is counted beside the driver's; may be empty
   */
  static CostMeter start(List<Long> serverPids) {
    return new CostMeter(serverPids, SyncMeter.start(serverPids));
  }

  /**
   * Begins without watching for syncs, which makes every system call of the machine a little
   * dearer: for loads that write little or nothing.
   */
  static CostMeter startWithoutSyncs(List<Long> serverPids) {
    return new CostMeter(serverPids, SyncMeter.start(List.of()));
  }

  /** What was used since the start; once. */
  Cost stop() throws InterruptedException {
    Cost spent = Cost.of(serverPids).since(before);
    return spent.with(cpu.stop(), syncs.stop());
  }

  @Override
  public void close() {
    cpu.close();
    syncs.close();
  }
}
