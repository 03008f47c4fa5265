package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens to snapshots to the log: how each ended, and none of the progress. */
public final class LoggingSnapshotListener implements SnapshotListener {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingSnapshotListener.class);

  private final long selfId;

  /** A listener for this member. */
  public LoggingSnapshotListener(long selfId) {
    this.selfId = selfId;
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }

  @Override
  public void sent(long to, LogPosition position, long sentBytes, long totalBytes) {
    LOG.info(
        "member {}: peer {} installed a snapshot of {}; {} of {} bytes had to be sent",
        hex(selfId),
        hex(to),
        position,
        sentBytes,
        totalBytes);
  }

  @Override
  public void sendFailed(long to, SnapshotException cause, boolean retried) {
    LOG.warn(
        "member {}: a snapshot did not reach peer {} ({}), {}: {}",
        hex(selfId),
        hex(to),
        cause.reason(),
        retried ? "trying again" : "given up",
        cause.getMessage());
  }

  @Override
  public void received(long from, LogPosition position, long receivedBytes, long totalBytes) {
    LOG.info(
        "member {}: installed a snapshot of {} from peer {}; {} of {} bytes had to be sent",
        hex(selfId),
        position,
        hex(from),
        receivedBytes,
        totalBytes);
  }

  @Override
  public void receiveFailed(long from, SnapshotException cause) {
    LOG.warn(
        "member {}: no snapshot from peer {} ({}): {}",
        hex(selfId),
        hex(from),
        cause.reason(),
        cause.getMessage());
  }

  @Override
  public void stagingNotCleared(IOException cause) {
    LOG.warn("member {}: staged files of a snapshot could not be deleted", hex(selfId), cause);
  }
}
