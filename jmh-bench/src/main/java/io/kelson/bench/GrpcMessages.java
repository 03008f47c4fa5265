package io.kelson.bench;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Puts the messages of a gRPC stream together from the pieces in which they come. The array that
 * they are shown in is used again: a message is there until the next piece. Not thread-safe.
 */
final class GrpcMessages {
  /** One byte that says whether the message is compressed, four for its length. */
  static final int PREFIX_BYTES = 5;

  private static final int FIRST_CAPACITY = 64 * 1024;

  private byte[] held = new byte[FIRST_CAPACITY];
  private int end;

  /** Is shown one message after the other. */
  interface Reader {
    /** A message of these bytes, which may change once this returns. */
    void read(byte[] bytes, int from, int to);
  }

  /**
   * Takes all readable bytes of a piece and shows the messages that are whole with it.
   *
   * @throws IllegalArgumentException for a message that is compressed, which was not asked for, or
   *     larger than an array
   */
  void take(ByteBuf piece, Reader reader) {
    int length = piece.readableBytes();
    if (length > held.length - end) {
      held = Arrays.copyOf(held, Math.max(end + length, 2 * held.length));
    }
    piece.readBytes(held, end, length);
    end += length;
    int at = 0;
    while (end - at >= PREFIX_BYTES) {
      int messageLength = lengthAt(at);
      int from = at + PREFIX_BYTES;
      if (messageLength > end - from) {
        break;
      }
      at = from + messageLength;
      reader.read(held, from, at);
    }
    System.arraycopy(held, at, held, 0, end - at);
    end -= at;
  }

  private int lengthAt(int at) {
    if (held[at] != 0) {
      throw new IllegalArgumentException("a message is compressed, which was not asked for");
    }
    int length =
        held[at + 1] << 24
            | (held[at + 2] & 0xff) << 16
            | (held[at + 3] & 0xff) << 8
            | held[at + 4] & 0xff;
    if (length < 0) {
      throw new IllegalArgumentException("a message of more than 2 GiB");
    }
    return length;
  }
}
