package io.kelson.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Values that never repeat and do not compress: a store that compresses its blocks would be
 * flattered by one value written over and over.
 */
public final class Values {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Values() {}

  /** A value that nobody has seen before. */
  public static ByteString random(int bytes, SplittableRandom random) {
    return UnsafeByteOperations.unsafeWrap(fill(new byte[bytes], 0, random));
  }

  /**
   * A random value that begins with a number, for instance the moment it was written.
   *
   * @param bytes at least eight
   */
  static ByteString stamped(long stamp, int bytes, SplittableRandom random) {
    byte[] value = new byte[bytes];
    LONGS.set(value, 0, stamp);
    return UnsafeByteOperations.unsafeWrap(fill(value, Long.BYTES, random));
  }

  /** The number that the stamped value at this place begins with. */
  static long stamp(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  private static byte[] fill(byte[] value, int from, SplittableRandom random) {
    int i = from;
    for (; i + Long.BYTES <= value.length; i += Long.BYTES) {
      LONGS.set(value, i, random.nextLong());
    }
    for (; i < value.length; i++) {
      value[i] = (byte) random.nextInt();
    }
    return value;
  }
}
