package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A state machine's files as they were at one position, until closed.
 *
 * @param directory holds the files and nothing else, without sub-directories; nobody changes them
 * @param position the last entry whose effect is in the files, no more and no less
 * @param config the data of the newest configuration entry up to the position; empty if there was
 *     none
 */
public record Checkpoint(Path directory, LogPosition position, byte[] config)
    implements AutoCloseable {

  /** Deletes the directory; the files live on wherever else they are linked. */
  @Override
  public void close() throws IOException {
    SnapshotDisk.REAL.deleteTree(directory);
  }

  @Override
  public String toString() {
    return "checkpoint of " + position + " in " + directory;
  }
}
