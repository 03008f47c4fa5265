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
 * @param serverCpuCourse how the servers' CPU time came about; unknown if nobody looked meanwhile
 */
record Cost(
    boolean servers,
    long serverCpuMicros,
    long diskBytesWritten,
    long syncs,
    long driverCpuMicros,
    CpuCourse serverCpuCourse) {
  /**
   * All but what somebody must watch, the syncs and the course of things: see {@link CostMeter}.
   */
  static Cost of(List<Long> serverPids) {
    return new Cost(
        !serverPids.isEmpty(),
        CpuMeter.micros(serverPids),
        DiskMeter.bytesWritten(serverPids),
        -1,
        CpuMeter.ownMicros(),
        CpuCourse.UNKNOWN);
  }

  Cost since(Cost earlier) {
    return new Cost(
        servers,
        serverCpuMicros - earlier.serverCpuMicros,
        diskBytesWritten < 0 ? -1 : diskBytesWritten - earlier.diskBytesWritten,
        -1,
        driverCpuMicros - earlier.driverCpuMicros,
        CpuCourse.UNKNOWN);
  }

  Cost with(CpuCourse course, long syncCount) {
    return new Cost(servers, serverCpuMicros, diskBytesWritten, syncCount, driverCpuMicros, course);
  }
}
