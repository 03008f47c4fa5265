package io.kelson.raft.runtime;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.RestoredLog;
import io.kelson.raft.core.SnapshotInstall;
import io.kelson.raft.log.SegmentedLog;
import io.kelson.raft.membership.ConfigEntry;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what the disk holds of log and state together before a member starts. */
final class Restart {
  private static final Logger LOGGER = LoggerFactory.getLogger(Restart.class);

  private Restart() {}

  /**
   * What the core starts from.
   *
   * <p>A crash in the middle of installing a snapshot leaves a state that is ahead of its log, or
   * beside it; the log is then begun again behind the state, as the installation would have done.
   * Everything the state holds is committed, so nothing that counts is lost.
   */
  static RestoredLog restore(SegmentedLog log, StateMachine machine, long tailBytes)
      throws IOException {
    RestoredLog restored = log.restored(tailBytes);
    LogPosition applied = machine.applied();
    if (applied.index() < restored.base().index()) {
      throw new IOException(
          "the state holds entries up to "
              + applied
              + ", but the log begins after "
              + restored.base()
              + ": entries in between are lost; kelson repair brings this member back from its peers");
    }
    SnapshotInstall again = restored.maybeReset(applied);
    if (again != null) {
      LOGGER.warn(
          "the state stands at {}, the log ends at {}: a snapshot was being installed; the log begins again",
          applied,
          restored.last());
      log.reset(again.position(), again.hardState());
      restored = log.restored(tailBytes);
    }
    byte[] config = machine.config();
    return config.length == 0 ? restored : restored.withBaseConfig(ConfigEntry.decode(config));
  }
}
