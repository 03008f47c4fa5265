package io.kelson.bench;

import java.util.List;

/**
 * What servers and driver used since they began, or between two moments.
 *
 * @param servers whether any server was looked at
 * @param serverCpuMicros user and system time of all servers
 * @param diskBytesWritten what the servers' disks wrote, for all programs; negative if unknown
 * @param syncs how often the servers had a file synced; negative if that was not counted
 * @param driverCpuMicros user and system time of this JVM
 */
record Cost(
    boolean servers,
    long serverCpuMicros,
    long diskBytesWritten,
    long syncs,
    long driverCpuMicros) {
  /** All but the syncs, which somebody must watch: see {@link CostMeter}. */
  static Cost of(List<Long> serverPids) {
    return new Cost(
        !serverPids.isEmpty(),
        CpuMeter.micros(serverPids),
        DiskMeter.bytesWritten(serverPids),
        -1,
        CpuMeter.ownMicros());
  }

  Cost since(Cost earlier) {
    return new Cost(
        servers,
        serverCpuMicros - earlier.serverCpuMicros,
        diskBytesWritten < 0 ? -1 : diskBytesWritten - earlier.diskBytesWritten,
        -1,
        driverCpuMicros - earlier.driverCpuMicros);
  }

  Cost withSyncs(long count) {
    return new Cost(servers, serverCpuMicros, diskBytesWritten, count, driverCpuMicros);
  }
}
