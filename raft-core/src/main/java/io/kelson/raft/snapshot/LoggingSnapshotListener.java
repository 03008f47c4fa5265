package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what happens to snapshots to the log: how each began and ended, and in between how far it
 * has come, every few seconds.
 */
public final class LoggingSnapshotListener implements SnapshotListener {
  private static final Logger LOG = LoggerFactory.getLogger(LoggingSnapshotListener.class);

  /** Between two lines about the same transfer. */
  private static final long QUIET_NANOS = 5_000_000_000L;

  /** What was last said of a transfer. */
  private record Said(LogPosition position, long atNanos) {}

  private final long selfId;
  private final Map<Long, Said> sending = new ConcurrentHashMap<>();
  private final Map<Long, Said> receiving = new ConcurrentHashMap<>();

  /** A listener for this member. */
  public LoggingSnapshotListener(long selfId) {
    this.selfId = selfId;
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }

  @Override
  public void sending(long to, LogPosition position, long doneBytes, long totalBytes) {
    if (isWorthALine(sending, to, position)) {
      LOG.info(
          "member {}: shipping a snapshot of {} to peer {}, which has {} of {} bytes",
          hex(selfId),
          position,
          hex(to),
          doneBytes,
          totalBytes);
    }
  }

  @Override
  public void receiving(long from, LogPosition position, long doneBytes, long totalBytes) {
    if (isWorthALine(receiving, from, position)) {
      LOG.info(
          "member {}: receiving a snapshot of {} from peer {}, {} of {} bytes are here",
          hex(selfId),
          position,
          hex(from),
          doneBytes,
          totalBytes);
    }
  }

  /** Whether this is another transfer than last time, or long enough after the last line. */
  private static boolean isWorthALine(Map<Long, Said> said, long peer, LogPosition position) {
    long now = System.nanoTime();
    Said last = said.get(peer);
    if (last != null && last.position().equals(position) && now - last.atNanos() < QUIET_NANOS) {
      return false;
    }
    said.put(peer, new Said(position, now));
    return true;
  }

  @Override
  public void sent(long to, LogPosition position, long sentBytes, long totalBytes) {
    LOG.info(
        "member {}: peer {} installed the snapshot of {}; {} of {} bytes had to be sent",
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
        "member {}: installed the snapshot of {} from peer {}; {} of {} bytes had to be sent",
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
