package io.kelson.server.mvcc;

import java.util.Arrays;
import org.rocksdb.ReadOptions;

/**
 * Walks the keys of a range as they were at an older revision: {@code cur} and {@code hist} side by
 * side, the smaller key first. Of the pairs in {@code cur} only the revision is looked at.
 */
final class HistoryMerge implements EncodedCursor {
  private final long revision;
  private final BoundedIterator newest;
  private final BoundedIterator versions;

  /** The key {@code newest} stands at, escaped as in {@code hist}; null at the end. */
  private byte[] newestPrefix;

  /** The same of {@code versions}. */
  private byte[] versionPrefix;

  HistoryMerge(Database database, ReadOptions reads, KeyRange range, long revision) {
    this.revision = revision;
    this.newest = new LatestSource(database, reads).iterator(range);
    this.versions =
        new BoundedIterator(
            database,
            database.hist(),
            reads,
            Layout.histPrefix(range.lo()),
            range.hi() == null ? null : Layout.histPrefix(range.hi()));
    stepNewest();
    versionPrefix = versions.advance() ? Layout.histPrefixOf(versions.key()) : null;
  }

  private void stepNewest() {
    newestPrefix = newest.advance() ? Layout.histPrefix(newest.key()) : null;
  }

  @Override
  public byte[] next() {
    while (newestPrefix != null || versionPrefix != null) {
      int order = order();
      byte[] found = null;
      if (order <= 0) {
        byte[] pair = newest.value();
        found = EncodedPair.modRevision(pair) <= revision ? pair : null;
        stepNewest();
      }
      if (order >= 0) {
        byte[] version = takeVersion(found != null);
        found = found != null ? found : version;
      }
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Negative if the key in {@code cur} comes first; escaped keys sort as the keys do. */
  private int order() {
    if (newestPrefix == null) {
      return 1;
    }
    return versionPrefix == null ? -1 : Arrays.compareUnsigned(newestPrefix, versionPrefix);
  }

  /** Moves past all versions of one key, having looked for the right one unless told not to. */
  private byte[] takeVersion(boolean skip) {
    byte[] found = skip ? null : versionAtRevision();
    boolean more = versions.seek(Layout.pastVersions(versionPrefix));
    versionPrefix = more ? Layout.histPrefixOf(versions.key()) : null;
    return found;
  }

  /** The version that was the newest then, or null if the key did not exist. */
  private byte[] versionAtRevision() {
    if (Layout.histMain(versions.key()) > revision) {
      boolean any = versions.seek(Layout.histKey(versionPrefix, revision));
      if (!any || !Layout.hasPrefix(versions.key(), versionPrefix)) {
        return null;
      }
    }
    byte[] pair = versions.value();
    return pair.length == 0 ? null : pair;
  }

  @Override
  public void close() {
    newest.close();
    versions.close();
  }
}
