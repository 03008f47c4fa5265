package io.kelson.server.mvcc;

/**
 * How a store is opened.
 *
 * @param clusterId the cluster the store must belong to; written into a new store and compared when
 *     an old one is opened
 * @param blockCacheBytes memory for blocks read from disk, indexes and filters included. Too small:
 *     reads go to disk and leave the event loops. Too large: less for the page cache
 * @param memtableBytes how much of one kind of data collects in memory before all of it is flushed.
 *     Too small: many small files and much merging. Too large: more log to replay after a crash
 * @param recentPairsBytes heap for the newest pairs of keys written lately, 0 for none. Too small:
 *     a put of such a key looks it up in the database. Too large: work for the garbage collector
 */
public record MvccOptions(
    long clusterId, long blockCacheBytes, long memtableBytes, long recentPairsBytes) {
  private static final long MIB = 1024 * 1024;

  public MvccOptions {
    if (recentPairsBytes < 0) {
      throw new IllegalArgumentException(
          recentPairsBytes + " bytes for pairs written lately: give 0 or more");
    }
    if (blockCacheBytes < MIB || memtableBytes < 64 * 1024) {
      throw new IllegalArgumentException(
          "a block cache of "
              + blockCacheBytes
              + " bytes with memtables of "
              + memtableBytes
              + " is too small to work with; give at least 1 MiB and 64 KiB");
    }
  }

  /** Sizes for a machine with two cores and a few GiB of memory. */
  public static MvccOptions defaults(long clusterId) {
    // Larger memtables make each put slower, as it walks through three of them.
    long recent = Math.min(64 * MIB, Runtime.getRuntime().maxMemory() / 16);
    return new MvccOptions(clusterId, 64 * MIB, 16 * MIB, recent);
  }

  /** The same with another block cache. */
  public MvccOptions withBlockCacheBytes(long bytes) {
    return new MvccOptions(clusterId, bytes, memtableBytes, recentPairsBytes);
  }

  /** The same with other memtables. */
  public MvccOptions withMemtableBytes(long bytes) {
    return new MvccOptions(clusterId, blockCacheBytes, bytes, recentPairsBytes);
  }

  /** The same with more or less of the pairs written lately on the heap. */
  public MvccOptions withRecentPairsBytes(long bytes) {
    return new MvccOptions(clusterId, blockCacheBytes, memtableBytes, bytes);
  }
}
