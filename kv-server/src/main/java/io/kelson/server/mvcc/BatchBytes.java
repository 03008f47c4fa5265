package io.kelson.server.mvcc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.WriteBatch;

/**
 * Writes on their way to the database, collected in the form in which RocksDB keeps a {@link
 * WriteBatch}, so that a whole group of them crosses into native code in one call.
 *
 * <p>The form is that of RocksDB's write-ahead log and as stable as that: 8 bytes of sequence
 * number, which RocksDB fills in, and 4 bytes of count, both little-endian; then the records. A
 * record is a tag (0 delete and 1 put in the default column family, 4 delete and 5 put in another,
 * whose id follows as a varint), then the key and, of a put, the value, each after its length as a
 * varint.
 *
 * <p>Reused from group to group. One thread at a time.
 */
final class BatchBytes {
  private static final int SEQUENCE_BYTES = 8;
  private static final int HEADER_BYTES = SEQUENCE_BYTES + 4;
  private static final byte DELETE = 0;
  private static final byte PUT = 1;

  /** Added to a tag if the record names its column family. */
  private static final byte NAMED_FAMILY = 4;

  private static final int DEFAULT_FAMILY = 0;
  private static final int MAX_VARINT_BYTES = 5;
  private static final int INITIAL_BYTES = 64 * 1024;

  /** What one large group needed is not kept for all the small ones after it. */
  private static final int KEPT_BYTES = 1024 * 1024;

  /** The largest array that every Java runtime allows. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final VarHandle LITTLE_ENDIAN_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final ColumnFamilyHandle[] families;
  private final int[] ids;
  private byte[] bytes = new byte[INITIAL_BYTES];
  private int size = HEADER_BYTES;
  private int count;
  private int keyAt;
  private int valueAt;

  /**
   * @param families the column families that are written to
   */
  BatchBytes(List<ColumnFamilyHandle> families) {
    this.families = families.toArray(new ColumnFamilyHandle[0]);
    // Asking for an id is a call into native code.
    this.ids = families.stream().mapToInt(ColumnFamilyHandle::getID).toArray();
  }

  boolean isEmpty() {
    return count == 0;
  }

  /**
   * Puts a key and a value of these lengths, which the caller writes into {@link #array} at {@link
   * #keyAt} and {@link #valueAt} before anything else happens here.
   */
  void reserve(ColumnFamilyHandle family, int keyLength, int valueLength) {
    begin(PUT, family, keyLength, valueLength);
    varint(valueLength);
    valueAt = size;
    size += valueLength;
  }

  /** What all is collected in; another array after the next put or delete. */
  byte[] array() {
    return bytes;
  }

  /** Where the last record's key stands. */
  int keyAt() {
    return keyAt;
  }

  /** Where the last put's value stands. */
  int valueAt() {
    return valueAt;
  }

  void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
    reserve(family, key.length, value.length);
    System.arraycopy(key, 0, bytes, keyAt, key.length);
    System.arraycopy(value, 0, bytes, valueAt, value.length);
  }

  /** Puts the wire bytes of a message. */
  void put(ColumnFamilyHandle family, byte[] key, MessageLite value) {
    reserve(family, key.length, value.getSerializedSize());
    System.arraycopy(key, 0, bytes, keyAt, key.length);
    setValue(value);
  }

  /** Writes a message as the last put's value, which was reserved for it. */
  void setValue(MessageLite value) {
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes, valueAt, size - valueAt);
      value.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("a message is not of the size it said", e);
    }
  }

  void delete(ColumnFamilyHandle family, byte[] key) {
    begin(DELETE, family, key.length, 0);
    System.arraycopy(key, 0, bytes, keyAt, key.length);
  }

  /** Writes a record up to its key, and makes room for all of it. */
  private void begin(byte tag, ColumnFamilyHandle family, int keyLength, int valueLength) {
    ensureRoom(1L + 3 * MAX_VARINT_BYTES + keyLength + valueLength);
    int id = id(family);
    if (id == DEFAULT_FAMILY) {
      bytes[size++] = tag;
    } else {
      bytes[size++] = (byte) (tag + NAMED_FAMILY);
      varint(id);
    }
    varint(keyLength);
    keyAt = size;
    size += keyLength;
    count++;
  }

  private int id(ColumnFamilyHandle family) {
    for (int i = 0; i < families.length; i++) {
      if (families[i] == family) {
        return ids[i];
      }
    }
    throw new IllegalArgumentException("not a column family of this database: " + family);
  }

  private void varint(int number) {
    while ((number & ~0x7f) != 0) {
      bytes[size++] = (byte) (number | 0x80);
      number >>>= 7;
    }
    bytes[size++] = (byte) number;
  }

  private void ensureRoom(long more) {
    long needed = size + more;
    if (needed <= bytes.length) {
      return;
    }
    if (needed > MAX_BYTES) {
      throw new IllegalStateException(
          "a group of entries writes more than " + MAX_BYTES + " bytes");
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * bytes.length)));
  }

  /** The same as RocksDB takes it; to be closed. */
  WriteBatch toWriteBatch() {
    LITTLE_ENDIAN_INT.set(bytes, SEQUENCE_BYTES, count);
    return new WriteBatch(Arrays.copyOf(bytes, size));
  }

  /** Makes it empty. */
  void clear() {
    size = HEADER_BYTES;
    count = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[INITIAL_BYTES];
    }
  }
}
