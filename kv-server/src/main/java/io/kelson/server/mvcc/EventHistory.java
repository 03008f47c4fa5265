package io.kelson.server.mvcc;

import java.util.List;

/**
 * The past, for watchers that start or have fallen behind. Thread-safe; may read from disk, so not
 * for event loops.
 */
public interface EventHistory {
  /** Newest revision that readers can see. */
  long currentRevision();

  /** Revisions before this one are gone; 0 or less if nothing was compacted. */
  long compactRevision();

  /**
   * Reads consecutive revisions that changed something.
   *
   * @param lo first revision wanted
   * @param hi one past the last
   * @param maxRevisions at most so many of them
   * @param maxBytes stop after the revision that reaches so many bytes of keys and values; at least
   *     one is returned if there is one
   * @return ascending by revision; empty if nothing happened in [lo, hi)
   * @throws CompactedException if {@code lo} is older than the compact revision
   */
  List<RevisionEvents> read(long lo, long hi, int maxRevisions, long maxBytes);
}
