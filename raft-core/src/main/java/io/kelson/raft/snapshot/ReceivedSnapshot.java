package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.nio.file.Path;

/**
 * A snapshot that arrived whole: every file has the checksum its sender gave, and is on stable
 * storage.
 *
 * @param directory holds the files; whoever installs them moves it away, else the receiver deletes
 *     it
 * @param from the member that sent it
 * @param term the sender's term when it began
 * @param position the last entry whose effect is in the files
 * @param config the data of the newest configuration entry up to there; empty if there was none
 */
public record ReceivedSnapshot(
    Path directory, long from, long term, LogPosition position, byte[] config) {
  @Override
  public String toString() {
    return "snapshot of " + position + " from " + Long.toHexString(from) + " in " + directory;
  }
}
