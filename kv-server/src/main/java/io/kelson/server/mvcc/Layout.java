package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.raft.core.LogPosition;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How keys and small values look in the column families; {@code docs/DISK-FORMAT-STORE.md}. */
final class Layout {
  /** Raised when older code could not read what newer code writes. */
  static final int FORMAT_VERSION = 2;

  static final byte[] FORMAT = ascii("format");
  static final byte[] CLUSTER = ascii("cluster");
  static final byte[] APPLIED = ascii("applied");
  static final byte[] REVISION = ascii("revision");
  static final byte[] COMPACT = ascii("compact");
  static final byte[] CONFIG = ascii("config");
  static final byte[] RESTORED = ascii("restored");
  static final byte[] MEMBER_PREFIX = ascii("member/");

  /** Alarms, as {@code server.maintenance} writes them. */
  static final byte[] ALARM_PREFIX = ascii("maintenance/alarm/");

  static final byte[] ALARM_END = ascii("maintenance/alarm0");

  /** One past the last key that starts with {@link #MEMBER_PREFIX}. */
  static final byte[] MEMBER_END = ascii("member0");

  private static final byte[] MAGIC = ascii("kelson-store");

  /** Ends an escaped key; smaller than anything an escaped key can go on with. */
  private static final int TERMINATOR_BYTES = 2;

  /** How long every {@link #revKey} is. */
  static final int REV_KEY_BYTES = 12;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Layout() {}

  static byte[] format() {
    return ByteBuffer.allocate(MAGIC.length + 4).put(MAGIC).putInt(FORMAT_VERSION).array();
  }

  /** The version in a format record, or -1 if it is not one of ours. */
  static int formatVersion(byte[] value) {
    if (value.length != MAGIC.length + 4) {
      return -1;
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    for (byte b : MAGIC) {
      if (buffer.get() != b) {
        return -1;
      }
    }
    return buffer.getInt();
  }

  static byte[] encodeLong(long number) {
    return ByteBuffer.allocate(8).putLong(number).array();
  }

  static long decodeLong(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  static byte[] encodePosition(LogPosition position) {
    return ByteBuffer.allocate(16).putLong(position.term()).putLong(position.index()).array();
  }

  static LogPosition decodePosition(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new LogPosition(buffer.getLong(), buffer.getLong());
  }

  static byte[] memberKey(long memberId) {
    return ByteBuffer.allocate(MEMBER_PREFIX.length + 8)
        .put(MEMBER_PREFIX)
        .putLong(memberId)
        .array();
  }

  static long memberId(byte[] memberKey) {
    return ByteBuffer.wrap(memberKey).getLong(MEMBER_PREFIX.length);
  }

  /** Where an event stands: main revision, then its place among the changes of that revision. */
  static byte[] revKey(long main, int sub) {
    byte[] bytes = new byte[REV_KEY_BYTES];
    writeRevKey(main, sub, bytes, 0);
    return bytes;
  }

  /** The same, written into an array: {@link #REV_KEY_BYTES}. */
  static void writeRevKey(long main, int sub, byte[] into, int at) {
    LONG.set(into, at, main);
    INT.set(into, at + 8, sub);
  }

  static long revMain(byte[] revKey) {
    return ByteBuffer.wrap(revKey).getLong();
  }

  /**
   * What all superseded versions of a key start with. Escaping (00 becomes 00 FF, then 00 00 ends
   * the key) makes the bytes sort as the keys do although a revision follows.
   */
  static byte[] histPrefix(ByteString key) {
    return histPrefix(key.toByteArray());
  }

  /** Where the version of a key written at a revision stands; newer ones sort first. */
  static byte[] histKey(ByteString key, long main) {
    byte[] bare = key.toByteArray();
    byte[] bytes = new byte[histKeyBytes(bare)];
    writeHistKey(bare, main, bytes, 0);
    return bytes;
  }

  /** The same of a bare key, written into an array: {@link #histKeyBytes}. */
  static void writeHistKey(byte[] key, long main, byte[] into, int at) {
    LONG.set(into, escape(key, into, at), ~main);
  }

  /** How long a key's {@link #histKey(ByteString, long)} is. */
  static int histKeyBytes(byte[] key) {
    return escapedBytes(key) + 8;
  }

  /** {@link #histPrefix(ByteString)} of a bare key. */
  static byte[] histPrefix(byte[] key) {
    byte[] bytes = new byte[escapedBytes(key)];
    escape(key, bytes, 0);
    return bytes;
  }

  /** What a key of {@code hist} starts with: all but the revision. */
  static byte[] histPrefixOf(byte[] histKey) {
    return Arrays.copyOf(histKey, histKey.length - 8);
  }

  /** Whether a key of {@code hist} is of the user key that has this prefix. */
  static boolean hasPrefix(byte[] histKey, byte[] prefix) {
    int length = histKey.length - 8;
    return Arrays.equals(histKey, 0, length, prefix, 0, prefix.length);
  }

  /** Where the version written at a revision stands, of the key that has this prefix. */
  static byte[] histKey(byte[] prefix, long main) {
    byte[] bytes = Arrays.copyOf(prefix, prefix.length + 8);
    ByteBuffer.wrap(bytes).putLong(prefix.length, ~main);
    return bytes;
  }

  /** Just past every version of the key that has this prefix. */
  static byte[] pastVersions(byte[] prefix) {
    byte[] bytes = prefix.clone();
    bytes[bytes.length - 1] = 1;
    return bytes;
  }

  /** Just past every version of a key. */
  static byte[] histEnd(ByteString key) {
    byte[] bytes = histPrefix(key);
    bytes[bytes.length - 1] = 1;
    return bytes;
  }

  static long histMain(byte[] histKey) {
    return ~ByteBuffer.wrap(histKey).getLong(histKey.length - 8);
  }

  private static int escapedBytes(byte[] key) {
    int zeros = 0;
    for (byte b : key) {
      if (b == 0) {
        zeros++;
      }
    }
    return key.length + zeros + TERMINATOR_BYTES;
  }

  /** Writes a key with its end into an array, and returns where that goes on. */
  private static int escape(byte[] key, byte[] into, int start) {
    int at = start;
    for (byte b : key) {
      into[at++] = b;
      if (b == 0) {
        into[at++] = (byte) 0xff;
      }
    }
    into[at++] = 0;
    into[at++] = 0;
    return at;
  }

  static byte[] encodeLease(LeaseRecord lease) {
    return ByteBuffer.allocate(24)
        .putLong(lease.ttlSeconds())
        .putLong(lease.remainingSeconds())
        .putLong(lease.grantIndex())
        .array();
  }

  static LeaseRecord decodeLease(long id, byte[] row) {
    ByteBuffer buffer = ByteBuffer.wrap(row);
    return new LeaseRecord(id, buffer.getLong(), buffer.getLong(), buffer.getLong());
  }

  /** Where it stands that a key is attached to a lease. */
  static byte[] attachedKey(long lease, ByteString key) {
    byte[] bytes = new byte[8 + key.size()];
    ByteBuffer.wrap(bytes).putLong(lease);
    key.copyTo(bytes, 8);
    return bytes;
  }

  static ByteString attachedUserKey(byte[] attachedKey) {
    return UnsafeByteOperations.unsafeWrap(attachedKey, 8, attachedKey.length - 8);
  }

  /** One past everything attached to a lease; null for the last id there is. */
  static byte[] attachedEnd(long lease) {
    return lease == -1 ? null : encodeLong(lease + 1);
  }

  /** Decodes a pair whose key and value share the array's memory. */
  static KeyValue keyValue(byte[] encoded) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(encoded).newCodedInput();
      in.enableAliasing(true);
      return KeyValue.parseFrom(in);
    } catch (java.io.IOException e) {
      throw damaged("a key-value record does not parse", e);
    }
  }

  static StoreException damaged(String what, Throwable cause) {
    return new StoreException(
        "the store is damaged: " + what + "; kelson repair brings this member back from its peers",
        cause);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
