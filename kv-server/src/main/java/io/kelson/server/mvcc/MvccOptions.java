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
 */
public record MvccOptions(long clusterId, long blockCacheBytes, long memtableBytes) {
  private static final long MIB = 1024 * 1024;

  public MvccOptions {
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
    return new MvccOptions(clusterId, 64 * MIB, 16 * MIB);
  }

  /** The same with another block cache. */
  public MvccOptions withBlockCacheBytes(long bytes) {
    return new MvccOptions(clusterId, bytes, memtableBytes);
  }

  /** The same with other memtables. */
  public MvccOptions withMemtableBytes(long bytes) {
    return new MvccOptions(clusterId, blockCacheBytes, bytes);
  }
}
