package io.kelson.server.mvcc;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RateLimiter;
import org.rocksdb.RateLimiterMode;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How fast RocksDB may flush and merge: evenly and quietly as long as that keeps up with what is
 * written, faster while there is something to flush, twice as fast with every file it falls behind,
 * and without a limit well before it would hold up a write.
 *
 * <p>Without this a merge takes a core for as long as it lasts, and of two cores that is one. Bytes
 * read count as those written do, since a merge that drops most of what it reads writes next to
 * nothing. {@link #keep} and {@link #close} from one thread, in this order.
 */
final class MergePace implements AutoCloseable {
  /** Of reading and writing together, while merging keeps up. */
  static final long QUIET_BYTES_PER_SECOND = 8L << 20;

  /** More than any disk. */
  static final long UNLIMITED = 16L << 30;

  /** As many as RocksDB waits for before it merges them into the next level. */
  private static final int FILES_KEEPING_UP = 4;

  /** It slows writes down at twenty. */
  private static final int FILES_WITHOUT_LIMIT = 8;

  /** It stops writes at three. */
  private static final int MEMTABLES_WITHOUT_LIMIT = 2;

  /** A flush of all that collects in memory takes a second then, and the next is not due yet. */
  private static final int DOUBLINGS_TO_FLUSH = 3;

  private static final long LOOK_MILLIS = 100;
  private static final int QUIET_LOOKS = 100;

  /** Short, so that a merge is many short pieces of work, not ten long ones a second. */
  private static final int REFILL_MICROS = 20_000;

  /** RocksDB's default: of so many turns a merge gets one, though flushes wait. */
  private static final int FAIRNESS = 10;

  private static final long CLOSE_LOOK_SECONDS = 1;

  private final RateLimiter limiter =
      new RateLimiter(UNLIMITED, REFILL_MICROS, FAIRNESS, RateLimiterMode.ALL_IO);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread pace = new Thread(task, "kelson-merge-pace");
            pace.setDaemon(true);
            return pace;
          });

  private long limit = UNLIMITED;
  private volatile int quietLooks;

  /** To open the database with; closed with this. */
  RateLimiter limiter() {
    return limiter;
  }

  /** Adapts the limit to the backlog of that database from now on, ten times a second. */
  void keep(RocksDB db, List<ColumnFamilyHandle> families) {
    thread.scheduleWithFixedDelay(
        () -> adapt(backlogLimit(db, families)), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Whether merging has kept up at the quiet pace for ten seconds. Any thread. */
  boolean isQuiet() {
    return quietLooks >= QUIET_LOOKS;
  }

  private void adapt(long wanted) {
    quietLooks = wanted == QUIET_BYTES_PER_SECOND ? Math.min(quietLooks + 1, QUIET_LOOKS) : 0;
    if (wanted != limit) {
      limiter.setBytesPerSecond(wanted);
      limit = wanted;
    }
  }

  private static long backlogLimit(RocksDB db, List<ColumnFamilyHandle> families) {
    try {
      long memtables = 0;
      int files = 0;
      for (ColumnFamilyHandle family : families) {
        memtables =
            Math.max(memtables, db.getLongProperty(family, "rocksdb.num-immutable-mem-table"));
        files =
            Math.max(
                files, Integer.parseInt(db.getProperty(family, "rocksdb.num-files-at-level0")));
      }
      return limit(Math.toIntExact(memtables), files);
    } catch (RocksDBException | NumberFormatException e) {
      // Whatever is wrong with the database, whoever writes or reads will say so.
      return UNLIMITED;
    }
  }

  /**
   * The limit for a backlog.
   *
   * @param memtables that wait to be flushed, of the kind of data that has most of them
   * @param files flushed and not merged yet, of the kind of data that has most of them
   * @return bytes a second
   */
  static long limit(int memtables, int files) {
    if (memtables >= MEMTABLES_WITHOUT_LIMIT || files >= FILES_WITHOUT_LIMIT) {
      return UNLIMITED;
    }
    int doublings = Math.max(0, files - FILES_KEEPING_UP);
    return QUIET_BYTES_PER_SECOND
        << (memtables > 0 ? Math.max(doublings, DOUBLINGS_TO_FLUSH) : doublings);
  }

  /**
   * There is no limit from here on. Call before the database is closed, and {@link #limiter}'s
   * close after it. Idempotent, but not once the limiter is closed.
   */
  @Override
  public void close() {
    thread.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    // Whatever comes: it asks a database that is about to be closed, and that would be the end.
    while (!ended) {
      try {
        ended = thread.awaitTermination(CLOSE_LOOK_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    // What is still being flushed or merged is waited for.
    limiter.setBytesPerSecond(UNLIMITED);
  }
}
