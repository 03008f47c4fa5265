package io.kelson.server.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the wire bytes of small flat messages, as protobuf does but with one reader for all of
 * them: those that every put takes apart come by the hundred thousand, and protobuf's reader and
 * builders are larger than what they read.
 *
 * <p>It need not understand everything. At what it does not expect it gives up, {@link #gaveUp()}
 * says so from then on, and there is nothing more to read; whoever uses it then asks protobuf,
 * which also knows what to say of bytes that nobody understands.
 *
 * <p>Not thread-safe.
 */
public final class WireReader {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Of the tenth byte of a number. */
  private static final int LAST_SHIFT = 63;

  private static final byte[] NOTHING = new byte[0];

  private byte[] array = NOTHING;
  private int at;
  private boolean gaveUp;

  /** Begins with other bytes, which must not change as long as anything read from them is used. */
  public void reset(byte[] bytes) {
    array = bytes;
    at = 0;
    gaveUp = false;
  }

  /** How many bytes are left to read. */
  public int remaining() {
    return array.length - at;
  }

  /** Whether something was not as expected: nothing that was read is to be used. */
  public boolean gaveUp() {
    return gaveUp;
  }

  /** Gives up: what was read last is not expected. */
  public void giveUp() {
    gaveUp = true;
    at = array.length;
  }

  /** The tag of a field; that of one with a high number is negative, and not expected by anyone. */
  public int tag() {
    if (at == array.length) {
      giveUp();
      return 0;
    }
    return array[at++];
  }

  /** The value of a {@code fixed64}. */
  public long fixed64() {
    if (remaining() < Long.BYTES) {
      giveUp();
      return 0;
    }
    at += Long.BYTES;
    return (long) LONG.get(array, at - Long.BYTES);
  }

  /**
   * The value of an {@code int64}, or the length of what is as long as it says. A tenth byte has
   * one bit left to say: what protobuf makes of more depends on what follows.
   */
  public long number() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE && at < array.length; shift += 7) {
      byte next = array[at++];
      number |= (next & 0x7fL) << shift;
      if (next >= 0 && (shift < LAST_SHIFT || next == 1)) {
        return number;
      }
    }
    giveUp();
    return 0;
  }

  /** The value of a {@code bool}. */
  public boolean flag() {
    return number() != 0;
  }

  /** The value of {@code bytes}, which shares the memory of what is read. */
  public ByteString bytes() {
    long length = number();
    if (length < 0 || length > remaining()) {
      giveUp();
      return ByteString.EMPTY;
    }
    if (length == 0) {
      return ByteString.EMPTY;
    }
    at += (int) length;
    return UnsafeByteOperations.unsafeWrap(array, at - (int) length, (int) length);
  }
}
