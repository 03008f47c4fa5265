package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a {@link SnapshotReceiver} asks of the node it belongs to; all on the receiver's thread. */
public interface SnapshotSink {
  /**
   * Why a snapshot need not be sent at all: of an old term, or of entries that are committed here
   * already. Must not take long.
   *
   * @return empty if it is welcome
   */
  Optional<String> objection(long from, long term, LogPosition position);

  /**
   * A file that this member holds and that may well be the one of that name in the snapshot. It
   * must never change, but may be deleted at any time; the receiver looks into it.
   */
  Optional<Path> held(String name);

  /**
   * Looks whether the files make a state that can be installed; changes nothing outside the
   * directory. May block.
   *
   * @throws IOException if they do not
   */
  void verify(ReceivedSnapshot snapshot) throws IOException;

  /**
   * Hands a snapshot over. Must not block; until the result is there the directory is the sink's.
   *
   * @return done when the snapshot is installed; fails if it is not going to be, with {@link
   *     SnapshotException} if the sender should hear more than that
   */
  CompletableFuture<Void> received(ReceivedSnapshot snapshot);
}
