package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import io.kelson.api.mvcc.KeyValue;
import org.rocksdb.ReadOptions;

/** The newest pairs, of a snapshot or of the database as it is. */
final class LatestSource implements Source {
  private static final byte[] NOTHING = new byte[0];

  private final Database database;
  private final ReadOptions reads;

  LatestSource(Database database, ReadOptions reads) {
    this.database = database;
    this.reads = reads;
  }

  @Override
  public KeyValue get(ByteString key) {
    byte[] encoded = database.get(database.cur(), reads, key.toByteArray());
    return encoded == null ? null : Layout.keyValue(encoded);
  }

  @Override
  public Cursor cursor(KeyRange range) {
    return decoded(encodedCursor(range));
  }

  /** Takes pairs apart one by one. */
  static Cursor decoded(EncodedCursor encoded) {
    return new Cursor() {
      @Override
      public KeyValue next() {
        byte[] pair = encoded.next();
        return pair == null ? null : Layout.keyValue(pair);
      }

      @Override
      public void close() {
        encoded.close();
      }
    };
  }

  @Override
  public EncodedCursor encodedCursor(KeyRange range) {
    BoundedIterator iterator = iterator(range);
    return new EncodedCursor() {
      @Override
      public byte[] next() {
        return iterator.advance() ? iterator.value() : null;
      }

      @Override
      public boolean next(PairBuffer into) {
        boolean any = iterator.advance();
        if (any) {
          into.read(iterator);
        }
        return any;
      }

      @Override
      public int skip() {
        return iterator.advance() ? iterator.value(NOTHING) : -1;
      }

      @Override
      public void close() {
        iterator.close();
      }
    };
  }

  /**
   * Adds up the counts kept with the fences that lie in the range, and walks only what sticks out
   * at its ends.
   */
  @Override
  public long count(KeyRange range) {
    try (BoundedIterator fences =
        new BoundedIterator(
            database,
            database.fence(),
            reads,
            range.lo().toByteArray(),
            BoundedIterator.bytes(range.hi()))) {
      if (!fences.advance()) {
        return walk(range.lo().toByteArray(), BoundedIterator.bytes(range.hi()));
      }
      long count = walk(range.lo().toByteArray(), fences.key());
      byte[] number = new byte[Long.BYTES];
      fences.value(number);
      long bucket = Layout.decodeLong(number);
      while (fences.advance()) {
        count += bucket;
        fences.value(number);
        bucket = Layout.decodeLong(number);
      }
      if (range.hi() == null) {
        return count + bucket;
      }
      // The last one's key is asked for once, not that of every fence on the way.
      fences.last();
      return count + walk(fences.key(), range.hi().toByteArray());
    }
  }

  private long walk(byte[] lo, byte[] hi) {
    long count = 0;
    try (BoundedIterator keys = new BoundedIterator(database, database.cur(), reads, lo, hi)) {
      while (keys.advance()) {
        count++;
      }
    }
    return count;
  }

  BoundedIterator iterator(KeyRange range) {
    return new BoundedIterator(
        database,
        database.cur(),
        reads,
        range.lo().toByteArray(),
        BoundedIterator.bytes(range.hi()));
  }
}
