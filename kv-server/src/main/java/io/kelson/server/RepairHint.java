package io.kelson.server;

import io.kelson.raft.log.LogDamagedException;
import io.kelson.raft.log.LogRefusedException;
import io.kelson.server.mvcc.StoreException;
import java.nio.file.Path;
import java.util.List;

/** Names the command that brings a damaged member back from its peers. */
final class RepairHint {
  private static final String COMMAND =
      "To bring this member back from its peers: kelson repair --data-dir %s --endpoints %s";
  private static final String ENDPOINTS = "http://OTHER-MEMBER:2379,...";

  private RepairHint() {}

  /** For a directory that still says whose it is. */
  static String command(Path dataDir) {
    return COMMAND.formatted(dataDir, ENDPOINTS);
  }

  /** For a directory that may not. */
  static String command(Path dataDir, List<String> ownPeerUrls) {
    return command(dataDir) + " --initial-advertise-peer-urls " + String.join(",", ownPeerUrls);
  }

  /** What to add to the message of a failed start; empty if a repair is no help. */
  static String after(Exception failure, Path dataDir, int members) {
    boolean isDamage =
        failure instanceof LogDamagedException
            || failure instanceof StoreException
            || failure instanceof LogRefusedException refused
                && refused.reason() == LogRefusedException.Reason.MISSING;
    if (!isDamage) {
      return "";
    }
    return members > 1
        ? ". " + command(dataDir)
        : ". A cluster of one has no peers to repair it from: restore a backup";
  }
}
