package io.kelson.server.mvcc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.HyperClockCache;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RateLimiter;

/** What RocksDB is told when a store is opened; native, so close it after the database. */
final class DatabaseSettings implements AutoCloseable {
  /** The column families, in the order in which handles to them come. */
  static final List<String> FAMILIES =
      List.of("default", "cur", "hist", "rev", "fence", "lease", "attached");

  /** Of a memtable's bytes: ten bits a key or more as long as pairs are of 60 bytes or more. */
  private static final double MEMTABLE_FILTER_SHARE = 0.02;

  private static final long BYTES_PER_SYNC = 512 << 10;

  private final DBOptions database;
  private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

  /** Closed in this order. */
  private final List<AbstractImmutableNativeReference> natives = new ArrayList<>();

  private DatabaseSettings(DBOptions database, MvccOptions options) {
    this.database = database;
    natives.add(database);
    // Without a lock, which a look-up would take three times: for the filter, the index, the block.
    Cache cache = new HyperClockCache(options.blockCacheBytes(), 0, -1, false);
    BloomFilter bloom = new BloomFilter(10, false);
    for (String name : FAMILIES) {
      // Only in cur are single keys looked up, by every put and most reads, and may well be absent.
      boolean lookedUp = name.equals("cur");
      ColumnFamilyOptions family = familyOptions(options, cache, lookedUp ? bloom : null);
      natives.add(family);
      families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), family));
    }
    natives.add(cache);
    natives.add(bloom);
  }

  /**
   * For a store that is written.
   *
   * @param pace of flushes and merges; closed with these settings
   */
  static DatabaseSettings forWriting(MvccOptions options, RateLimiter pace) {
    DatabaseSettings settings = new DatabaseSettings(databaseOptions(options, pace), options);
    settings.natives.add(pace);
    return settings;
  }

  /** For one that is only read. */
  static DatabaseSettings forReading(MvccOptions options) {
    return new DatabaseSettings(new DBOptions().setInfoLogLevel(InfoLogLevel.FATAL_LEVEL), options);
  }

  private static DBOptions databaseOptions(MvccOptions options, RateLimiter pace) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setAtomicFlush(true)
        .setAvoidFlushDuringShutdown(true)
        // One thread writes.
        .setAllowConcurrentMemtableWrite(false)
        .setDbWriteBufferSize(3 * options.memtableBytes())
        .setMaxBackgroundJobs(2)
        .setRateLimiter(pace)
        // What a new file holds goes to the disk bit by bit, not all at its end: the log's syncs
        // would wait for it.
        .setBytesPerSync(BYTES_PER_SYNC)
        // Only of a full disk does RocksDB say that trying again may help; it does so every second.
        // Any other error is final, as for the log.
        .setMaxBgErrorResumeCount(Integer.MAX_VALUE)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(4 << 20)
        .setKeepLogFileNum(3);
  }

  private static ColumnFamilyOptions familyOptions(
      MvccOptions options, Cache cache, BloomFilter bloom) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(8 * 1024)
            // Else memory grows with the number of files.
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    ColumnFamilyOptions family = new ColumnFamilyOptions();
    if (bloom != null) {
      // Walking down a memtable's skip list costs more than all else in a look-up; the filter saves
      // it for keys that are not there.
      table.setFilterPolicy(bloom);
      family
          .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER_SHARE)
          .setMemtableWholeKeyFiltering(true);
    }
    return family
        .setWriteBufferSize(options.memtableBytes())
        .setMaxWriteBufferNumber(3)
        .setCompressionPerLevel(
            List.of(
                CompressionType.NO_COMPRESSION,
                CompressionType.NO_COMPRESSION,
                CompressionType.LZ4_COMPRESSION))
        .setTableFormatConfig(table);
  }

  DBOptions database() {
    return database;
  }

  List<ColumnFamilyDescriptor> families() {
    return families;
  }

  @Override
  public void close() {
    natives.forEach(AbstractImmutableNativeReference::close);
  }
}
