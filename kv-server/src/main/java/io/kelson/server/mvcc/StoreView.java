package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.RangeRequest;
import io.kelson.api.mvcc.KeyValue;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;

/**
 * The store as it was after one applied group; what it shows never changes.
 *
 * <p>Get one from {@link MvccStore#acquireView()} and close it exactly once, soon: an open view
 * keeps superseded data on disk. Thread-safe between the two.
 *
 * <p>It is one RocksDB snapshot counted by reference: the store holds one reference as long as the
 * view is the newest, each reader one more, and whoever gives back the last one releases it.
 */
public final class StoreView implements ReadView, AutoCloseable {
  /** Stands for a pair that may be there or not; known by its identity. */
  public static final byte[] NOT_IN_MEMORY = new byte[0];

  private final Database database;
  private final long revision;
  private final long compactRevision;
  private final Snapshot snapshot;
  private final ReadOptions reads;
  private final ReadOptions memoryReads;
  private final LatestSource latest;
  private final AtomicInteger references = new AtomicInteger(1);

  StoreView(Database database, long revision, long compactRevision) {
    database.retain();
    this.database = database;
    this.revision = revision;
    this.compactRevision = compactRevision;
    this.snapshot = database.db().getSnapshot();
    this.reads = new ReadOptions().setSnapshot(snapshot);
    this.memoryReads = new ReadOptions(reads).setReadTier(ReadTier.BLOCK_CACHE_TIER);
    this.latest = new LatestSource(database, reads);
  }

  /** What it reads; open as long as the view is. */
  Database database() {
    return database;
  }

  /**
   * Stands for the database below it: another one after a snapshot has been installed. Good for
   * comparing only.
   */
  public Object generation() {
    return database;
  }

  /** Rows that other packages keep in the store, by name; see {@link MetaRows}. */
  public SortedMap<String, byte[]> metaRows(String prefix) {
    return MetaRows.read(database, reads, prefix);
  }

  /** Takes one more reference, to be closed separately, for somebody who holds one already. */
  public StoreView retain() {
    if (!maybeRetain()) {
      throw new IllegalStateException("the view of revision " + revision + " is closed already");
    }
    return this;
  }

  /** Takes a reference unless the last one is gone already. */
  boolean maybeRetain() {
    int count = references.get();
    while (count > 0) {
      if (references.compareAndSet(count, count + 1)) {
        return true;
      }
      count = references.get();
    }
    return false;
  }

  @Override
  public long revision() {
    return revision;
  }

  @Override
  public long compactRevision() {
    return compactRevision;
  }

  @Override
  public KeyValue get(ByteString key) {
    return latest.get(key);
  }

  @Override
  public RangeResult range(RangeRequest request) {
    return RangeReader.read(request, at(request.getRevision()));
  }

  /**
   * Walks the answer to a range request in key order. Close the scan before this view.
   *
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if the revision is newer than {@link #revision()}
   */
  public RangeScan scan(RangeRequest request) {
    return new RangeScan(request, at(request.getRevision()), null);
  }

  /**
   * The same for an answer so large that it would push everything else out of the block cache; it
   * leaves the cache as it is.
   */
  public RangeScan largeScan(RangeRequest request) {
    ReadOptions besideCache = new ReadOptions(reads).setFillCache(false);
    try {
      return new RangeScan(request, at(request.getRevision(), besideCache), besideCache);
    } catch (RuntimeException e) {
      besideCache.close();
      throw e;
    }
  }

  /**
   * The newest pair of a key, if it is in memory; for event loops.
   *
   * @return its wire bytes, null if there is no such key, or {@link #NOT_IN_MEMORY} if that would
   *     have to be read from disk
   */
  public byte[] maybePairInMemory(ByteString key) {
    try {
      return database.db().get(database.cur(), memoryReads, key.toByteArray());
    } catch (RocksDBException e) {
      if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
        return NOT_IN_MEMORY;
      }
      throw database.unreadable(e);
    }
  }

  /**
   * Answers a range request if that takes no more than one look-up in memory; for event loops.
   *
   * @return empty if the request names more than one key, or if its answer may have to be read from
   *     disk: then call {@link #range} on a thread that may block
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if the revision is newer than {@link #revision()}
   */
  public Optional<RangeResult> maybeRangeInMemory(RangeRequest request) {
    long wanted = request.getRevision();
    requireReadable(wanted, revision, compactRevision);
    if (!request.getRangeEnd().isEmpty()) {
      return Optional.empty();
    }
    byte[] encoded = maybePairInMemory(request.getKey());
    if (encoded == NOT_IN_MEMORY) {
      return Optional.empty();
    }
    KeyValue pair = encoded == null ? null : Layout.keyValue(encoded);
    boolean newest = wanted <= 0 || wanted == revision;
    if (!newest && (pair == null || pair.getModRevision() > wanted)) {
      return Optional.empty();
    }
    return Optional.of(RangeReader.single(request, pair));
  }

  /**
   * The keys at a revision, 0 or less for the newest.
   *
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if it has not happened yet
   */
  Source at(long wanted) {
    return at(wanted, reads);
  }

  private Source at(long wanted, ReadOptions options) {
    requireReadable(wanted, revision, compactRevision);
    if (wanted > 0 && wanted != revision) {
      return new HistorySource(database, options, wanted);
    }
    return options == reads ? latest : new LatestSource(database, options);
  }

  static void requireReadable(long wanted, long revision, long compactRevision) {
    if (wanted > revision) {
      throw new FutureRevisionException(wanted, revision);
    }
    if (wanted > 0 && wanted < compactRevision) {
      throw new CompactedException(compactRevision);
    }
  }

  /** The lease of that id, or null if there is none. May read from disk. */
  public LeaseRecord lease(long id) {
    byte[] row = database.get(database.lease(), reads, Layout.encodeLong(id));
    return row == null ? null : Layout.decodeLease(id, row);
  }

  /** Shows every lease, ordered by the bytes of its id. May read from disk. */
  public void forEachLease(Consumer<LeaseRecord> visitor) {
    try (BoundedIterator rows =
        new BoundedIterator(database, database.lease(), reads, new byte[0], null)) {
      while (rows.advance()) {
        visitor.accept(Layout.decodeLease(Layout.decodeLong(rows.key()), rows.value()));
      }
    }
  }

  /** The keys attached to a lease, in key order; none if there is no such lease. */
  public List<ByteString> leaseKeys(long id) {
    return LeaseOverlay.stored(database, reads, id);
  }

  /**
   * Checksum of the visible history up to a revision; equal on members that hold the same and have
   * compacted to the same revision. Reads all of it.
   *
   * @param wanted 0 or less for the newest
   * @return CRC-32C in the low 32 bits
   * @throws CompactedException if the revision has been compacted
   * @throws FutureRevisionException if it has not happened yet
   */
  public long hashKv(long wanted) {
    return hashKv(wanted, () -> {});
  }

  /**
   * The same for somebody with time.
   *
   * @param rest called between two of the pairs and events, very often
   */
  public long hashKv(long wanted, Runnable rest) {
    CRC32C crc = new CRC32C();
    long last = wanted <= 0 ? revision : wanted;
    KeyRange everything = new KeyRange(ByteString.EMPTY, null, false);
    try (EncodedCursor cursor = at(last).encodedCursor(everything)) {
      for (byte[] pair = cursor.next(); pair != null; pair = cursor.next()) {
        crc.update(pair);
        rest.run();
      }
    }
    try (EventReader events = events(Math.max(compactRevision, 0), last + 1)) {
      while (events.advance()) {
        crc.update(Layout.encodeLong(events.revision()));
        crc.update(events.record().encode());
        rest.run();
      }
    }
    return crc.getValue();
  }

  /** Walks the events of [lo, hi). */
  EventReader events(long lo, long hi) {
    return new EventReader(database, reads, lo, hi);
  }

  /** Gives the view back. */
  @Override
  public void close() {
    int left = references.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("the view of revision " + revision + " was closed twice");
    }
    if (left == 0) {
      reads.close();
      memoryReads.close();
      database.db().releaseSnapshot(snapshot);
      snapshot.close();
      database.release();
    }
  }
}
