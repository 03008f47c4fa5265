package io.kelson.server.mvcc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Keys and pairs, one after the other in an array.
 *
 * <p>A record: hash of the key, length of the key, length of the pair, room for the pair (four
 * bytes each), the key, the pair. Records begin at multiples of {@link #UNIT}. One thread at a
 * time.
 */
final class PairPage {
  /** Records begin at multiples of so many bytes. */
  static final int UNIT = 8;

  private static final int KEY_LENGTH = 4;
  private static final int PAIR_LENGTH = 8;
  private static final int PAIR_ROOM = 12;
  private static final int HEADER_BYTES = 16;

  /** A pair's revisions and version take a byte more now and then; it stays where it is. */
  private static final int SPARE_BYTES = 4;

  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int end;

  PairPage(int size) {
    this.bytes = new byte[size];
  }

  /** What a record takes; more than an array can have if they are so long. */
  static long size(int keyLength, int pairLength) {
    return HEADER_BYTES + roundedUp((long) keyLength + pairLength + SPARE_BYTES);
  }

  /** A number that keys are told apart by most of the time. */
  static int hash(byte[] key) {
    long hash = key.length * MIX;
    int at = 0;
    for (; at + 8 <= key.length; at += 8) {
      hash = mix(hash ^ (long) LONG.get(key, at));
    }
    long rest = 0;
    for (; at < key.length; at++) {
      rest = rest << 8 | key[at] & 0xff;
    }
    hash = mix(hash ^ rest);
    return (int) (hash ^ hash >>> 32);
  }

  private static long mix(long number) {
    long product = number * MIX;
    return product ^ product >>> 29;
  }

  boolean hasRoom(int size) {
    return end + size <= bytes.length;
  }

  /**
   * Adds a record, for which there must be room, and returns where it begins. The pair is a part of
   * an array.
   */
  int append(int hash, byte[] key, byte[] array, int from, int length) {
    int at = end;
    end += (int) size(key.length, length);
    INT.set(bytes, at, hash);
    INT.set(bytes, at + KEY_LENGTH, key.length);
    INT.set(bytes, at + PAIR_ROOM, end - at - HEADER_BYTES - key.length);
    System.arraycopy(key, 0, bytes, at + HEADER_BYTES, key.length);
    replace(at, array, from, length);
    return at;
  }

  /** Puts another pair in the place of a record's; false if it is too long for that. */
  boolean replace(int at, byte[] array, int from, int length) {
    if (length > (int) INT.get(bytes, at + PAIR_ROOM)) {
      return false;
    }
    INT.set(bytes, at + PAIR_LENGTH, length);
    System.arraycopy(array, from, bytes, pairAt(at), length);
    return true;
  }

  boolean hasKey(int at, byte[] key) {
    int length = (int) INT.get(bytes, at + KEY_LENGTH);
    int start = at + HEADER_BYTES;
    return length == key.length && Arrays.equals(bytes, start, start + length, key, 0, key.length);
  }

  /** A copy of a record's pair. */
  byte[] pair(int at) {
    int start = pairAt(at);
    return Arrays.copyOfRange(bytes, start, start + (int) INT.get(bytes, at + PAIR_LENGTH));
  }

  int hashAt(int at) {
    return (int) INT.get(bytes, at);
  }

  /** Where the first record begins, or -1. */
  int first() {
    return end == 0 ? -1 : 0;
  }

  /** Where the one after that begins, or -1. */
  int next(int at) {
    int next = pairAt(at) + (int) INT.get(bytes, at + PAIR_ROOM);
    return next == end ? -1 : next;
  }

  void clear() {
    end = 0;
  }

  private int pairAt(int at) {
    return at + HEADER_BYTES + (int) INT.get(bytes, at + KEY_LENGTH);
  }

  private static long roundedUp(long length) {
    return (length + UNIT - 1) / UNIT * UNIT;
  }
}
