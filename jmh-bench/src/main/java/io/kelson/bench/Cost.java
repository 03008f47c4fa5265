package io.kelson.bench;

import java.util.List;

/**
 * What servers and driver used since they began, or between two moments.
 *
 * @param servers whether any server was looked at
 * @param serverCpuMicros user and system time of all servers
 * @param serverBytesWritten what all servers had written to their disks; negative if unknown
 * @param driverCpuMicros user and system time of this JVM
 */
record Cost(boolean servers, long serverCpuMicros, long serverBytesWritten, long driverCpuMicros) {
  static Cost of(List<Long> serverPids) {
    return new Cost(
        !serverPids.isEmpty(),
        CpuMeter.micros(serverPids),
        ProcessMeter.bytesWritten(serverPids),
        CpuMeter.ownMicros());
  }

  Cost since(Cost earlier) {
    return new Cost(
        servers,
        serverCpuMicros - earlier.serverCpuMicros,
        serverBytesWritten < 0 ? -1 : serverBytesWritten - earlier.serverBytesWritten,
        driverCpuMicros - earlier.driverCpuMicros);
  }
}
