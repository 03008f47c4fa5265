package io.kelson.server.config;

/**
 * What members that lag get, and how fast.
 *
 * @param snapshotCatchUpEntries applied entries that stay in the log for members that lag a little.
 *     Too small: a member that was away for a moment gets the whole state; too large: a longer log
 * @param snapshotBytesPerSecond the most that one snapshot takes of the network; 0: no bound. Too
 *     small: the log grows faster than the member catches up; too large: clients feel it
 */
public record ReplicationSettings(long snapshotCatchUpEntries, long snapshotBytesPerSecond) {
  /** 5,000 entries as etcd, and 8 MiB/s. */
  public static final ReplicationSettings DEFAULT = new ReplicationSettings(5_000, 8 << 20);
}
