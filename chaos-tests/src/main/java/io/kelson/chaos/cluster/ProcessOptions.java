package io.kelson.chaos.cluster;

import io.kelson.chaos.ClusterTiming;
import io.kelson.chaos.NodeCommand;
import java.nio.file.Path;
import java.util.List;

/**
 * How a cluster of processes is to be.
 *
 * @param command how a member is started
 * @param directory an empty or absent one, for everything
 * @param members how many, at least 1
 * @param timing the members' timers
 * @param seed of what the proxy draws
 * @param extraFlags further flags for every member
 * @param diskBytes size of a disk for each member alone, 0 for none; without it no power can be
 *     lost and no disk be full
 * @param syncFaults whether members start under libfiu, which costs them some speed
 * @param clockFaults whether members start under libfaketime; not together with libfiu
 */
public record ProcessOptions(
    NodeCommand command,
    Path directory,
    int members,
    ClusterTiming timing,
    long seed,
    List<String> extraFlags,
    long diskBytes,
    boolean syncFaults,
    boolean clockFaults) {
  public ProcessOptions {
    extraFlags = List.copyOf(extraFlags);
    if (members < 1) {
      throw new IllegalArgumentException("a cluster has a member at least, not " + members);
    }
    if (syncFaults && clockFaults) {
      // Tried: before a JVM, each works alone and both together end it with SIGSEGV.
      throw new IllegalArgumentException("libfiu and libfaketime do not go together: choose one");
    }
  }

  /** Plain processes with the usual timers. */
  public static ProcessOptions of(NodeCommand command, Path directory, int members, long seed) {
    return new ProcessOptions(
        command, directory, members, ClusterTiming.DEFAULT, seed, List.of(), 0, false, false);
  }

  /** The same, with a disk for each member; 1 GiB is a good size. */
  public ProcessOptions withDisks(long bytes) {
    return new ProcessOptions(
        command, directory, members, timing, seed, extraFlags, bytes, syncFaults, clockFaults);
  }

  /** The same, so that syncs can be made to fail. */
  public ProcessOptions withSyncFaults() {
    return new ProcessOptions(
        command, directory, members, timing, seed, extraFlags, diskBytes, true, clockFaults);
  }

  /** The same, so that wall clocks can be set. */
  public ProcessOptions withClockFaults() {
    return new ProcessOptions(
        command, directory, members, timing, seed, extraFlags, diskBytes, syncFaults, true);
  }

  /** The same with further flags for every member. */
  public ProcessOptions withFlags(List<String> flags) {
    return new ProcessOptions(
        command, directory, members, timing, seed, flags, diskBytes, syncFaults, clockFaults);
  }
}
