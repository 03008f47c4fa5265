package io.kelson.bench;

/**
 * Reads the protobuf wire format from an array, field by field, without making objects. What is
 * malformed ends in an exception of some kind. Not thread-safe.
 */
final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private byte[] bytes;
  private int at;
  private int end;
  private int field;
  private int kind;

  /** Reads these from now on. */
  void reset(byte[] source, int from, int to) {
    bytes = source;
    at = from;
    end = to;
  }

  /** Goes to the next field, false if there is none; whoever wants its content takes it. */
  boolean next() {
    if (at >= end) {
      return false;
    }
    int tag = (int) varint();
    field = tag >>> 3;
    kind = tag & 7;
    return true;
  }

  /** The number of the field. */
  int field() {
    return field;
  }

  /** Takes a number. */
  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      byte next = bytes[at++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a varint is longer than ten bytes or than its message");
  }

  /** Takes a length and goes behind the bytes that it counts; they end at {@link #position}. */
  int bytes() {
    int length = (int) varint();
    pass(length);
    return length;
  }

  private void pass(int length) {
    if (length < 0 || length > end - at) {
      throw new IllegalArgumentException("a field of " + length + " bytes ends behind its message");
    }
    at += length;
  }

  /** The offset of what comes next. */
  int position() {
    return at;
  }

  /** Passes over the content of the field. */
  void skip() {
    switch (kind) {
      case VARINT -> varint();
      case FIXED64 -> pass(Long.BYTES);
      case BYTES -> bytes();
      case FIXED32 -> pass(Integer.BYTES);
      default -> throw new IllegalArgumentException("there is no wire type " + kind);
    }
  }
}
