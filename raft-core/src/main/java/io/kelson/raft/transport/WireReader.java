package io.kelson.raft.transport;

import io.netty.buffer.ByteBuf;

/**
 * Reads fields in the protobuf wire format from a part of a network buffer, and nothing beyond it.
 *
 * <p>What it takes for well-formed is what the generated classes take for it, oddities included: a
 * number of which only 32 bits count may be written with more, and the tenth byte of a number
 * always means that it is at least 2^63. A length is compared with what is left before anything is
 * set aside for it.
 */
final class WireReader {
  /** How deep messages and groups may be nested; as in the generated classes. */
  private static final int MAX_DEPTH = 100;

  /** What a field of no bytes holds. */
  static final byte[] NOTHING = {};

  private ByteBuf in;
  private int at;
  private int limit;
  private int depth;

  /** Begins to read those bytes. */
  void open(ByteBuf bytes, int start, int length) {
    in = bytes;
    at = start;
    limit = start + length;
    depth = 0;
  }

  /** Lets go of the buffer. */
  void close() {
    in = null;
  }

  /** Number and type of the next field, or 0 if this message has no more of them. */
  int tag() throws ProtocolException {
    if (at == limit) {
      return 0;
    }
    int tag = varint32();
    if (tag >>> WireTags.NUMBER_SHIFT == 0) {
      throw malformed("a field has the number 0");
    }
    return tag;
  }

  long number() throws ProtocolException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
      byte next = next();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    if (next() < 0) {
      throw malformed("a number has more than ten bytes");
    }
    return value | Long.MIN_VALUE;
  }

  int varint32() throws ProtocolException {
    return (int) number();
  }

  boolean flag() throws ProtocolException {
    return number() != 0;
  }

  long fixed64() throws ProtocolException {
    int from = pass(Long.BYTES);
    return in.getLongLE(from);
  }

  /** A copy of a field's bytes. */
  byte[] bytes() throws ProtocolException {
    int length = varint32();
    int from = pass(length);
    if (length == 0) {
      return NOTHING;
    }
    byte[] copy = new byte[length];
    in.getBytes(from, copy);
    return copy;
  }

  /**
   * Goes into a nested message: {@link #tag} ends where that does.
   *
   * @return what {@link #leave} wants back
   */
  int enter() throws ProtocolException {
    int length = varint32();
    int from = pass(length);
    deeper();
    int outer = limit;
    at = from;
    limit = from + length;
    return outer;
  }

  /** Goes back out of a nested message that was read to its end. */
  void leave(int outer) {
    depth--;
    limit = outer;
  }

  /** Passes over the value of a field that is not known here. */
  void skip(int tag) throws ProtocolException {
    switch (tag & WireTags.TYPE_MASK) {
      case WireTags.VARINT -> number();
      case WireTags.FIXED64 -> pass(Long.BYTES);
      case WireTags.BYTES -> pass(varint32());
      case WireTags.GROUP -> skipGroup(tag >>> WireTags.NUMBER_SHIFT);
      case WireTags.FIXED32 -> pass(Integer.BYTES);
      case WireTags.GROUP_END -> throw malformed("a group ends that did not begin");
      default -> throw malformed("a field is of no known type");
    }
  }

  private void skipGroup(int number) throws ProtocolException {
    int end = number << WireTags.NUMBER_SHIFT | WireTags.GROUP_END;
    deeper();
    for (int tag = tag(); tag != end; tag = tag()) {
      if (tag == 0) {
        throw malformed("a group does not end");
      }
      skip(tag);
    }
    depth--;
  }

  private void deeper() throws ProtocolException {
    if (depth == MAX_DEPTH) {
      throw malformed("it is nested too deeply");
    }
    depth++;
  }

  private byte next() throws ProtocolException {
    return in.getByte(pass(1));
  }

  /** Passes over so many bytes, if they are there, and tells where they begin. */
  private int pass(int bytes) throws ProtocolException {
    if (bytes < 0 || bytes > limit - at) {
      throw malformed("a field is longer than what holds it");
    }
    int from = at;
    at += bytes;
    return from;
  }

  private static ProtocolException malformed(String what) {
    return new ProtocolException("not a frame of the peer protocol: " + what);
  }
}
