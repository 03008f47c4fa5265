package io.kelson.raft.transport;

import io.netty.buffer.ByteBuf;

/**
 * Writes fields in the protobuf wire format straight into a network buffer.
 *
 * <p>Every method that writes has one that tells beforehand how many bytes it will write, because a
 * length stands in front of what it measures. As in proto3, a number that is 0 and a flag that is
 * false take no bytes at all, while a nested message or an element of a list is always there. Sizes
 * are longs: what is too large for a frame must be found out, not wrap around.
 */
final class WireWriter {
  private static final int TAG_BYTES = 1;

  private WireWriter() {}

  static long numberBytes(long value) {
    return value == 0 ? 0 : TAG_BYTES + varintBytes(value);
  }

  static void number(ByteBuf out, int tag, long value) {
    if (value != 0) {
      out.writeByte(tag);
      varint(out, value);
    }
  }

  static long flagBytes(boolean value) {
    return value ? TAG_BYTES + 1 : 0;
  }

  static void flag(ByteBuf out, int tag, boolean value) {
    if (value) {
      out.writeByte(tag);
      out.writeByte(1);
    }
  }

  static long fixed64Bytes(long value) {
    return value == 0 ? 0 : TAG_BYTES + Long.BYTES;
  }

  static void fixed64(ByteBuf out, int tag, long value) {
    if (value != 0) {
      out.writeByte(tag);
      out.writeLongLE(value);
    }
  }

  /** What a field takes that holds so many bytes, with its tag and its length. */
  static long nestedBytes(long bytes) {
    return TAG_BYTES + varintBytes(bytes) + bytes;
  }

  /** Begins a field that holds so many bytes; they are to follow. */
  static void nested(ByteBuf out, int tag, long bytes) {
    out.writeByte(tag);
    varint(out, bytes);
  }

  /** Writes a field of bytes, even if there are none. */
  static void bytes(ByteBuf out, int tag, byte[] value) {
    nested(out, tag, value.length);
    out.writeBytes(value);
  }

  private static int varintBytes(long value) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  private static void varint(ByteBuf out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }
}
