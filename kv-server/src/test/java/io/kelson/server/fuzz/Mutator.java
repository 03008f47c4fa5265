package io.kelson.server.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Harms bytes in the ways that find most: a little, at a few places, and sometimes a lot. */
public final class Mutator {
  private static final int MAX_LENGTH = 1 << 16;

  /** Lengths, counts and tags that programs get wrong. */
  private static final byte[][] NOTABLE = {
    {0},
    {1},
    {0x7f},
    {(byte) 0x80},
    {(byte) 0xff},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
    {
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      (byte) 0xff,
      1
    },
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x08},
    {0, 0, 0, 0},
    {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
    {(byte) 0x80, 0, 0, 0},
  };

  private final Random random;

  public Mutator(Random random) {
    this.random = random;
  }

  /** One to four changes; now and then none. */
  public byte[] mutate(byte[] input, List<byte[]> others) {
    byte[] bytes = input;
    for (int i = random.nextInt(5); i > 0; i--) {
      bytes = once(bytes, others);
    }
    return bytes.length > MAX_LENGTH ? Arrays.copyOf(bytes, MAX_LENGTH) : bytes;
  }

  private byte[] once(byte[] bytes, List<byte[]> others) {
    int at = random.nextInt(bytes.length + 1);
    int end = at + random.nextInt(bytes.length - at + 1);
    return switch (random.nextInt(9)) {
      case 0 -> flipped(bytes, at);
      case 1 -> set(bytes, at, (byte) random.nextInt(256));
      case 2 -> spliced(bytes, at, at, noise(1 + random.nextInt(8)));
      case 3 -> spliced(bytes, at, Math.min(end, at + 8), new byte[0]);
      case 4 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
      case 5 -> Arrays.copyOf(bytes, at);
      case 6 -> spliced(bytes, at, at, NOTABLE[random.nextInt(NOTABLE.length)]);
      case 7 -> {
        byte[] notable = NOTABLE[random.nextInt(NOTABLE.length)];
        yield spliced(bytes, at, Math.min(bytes.length, at + notable.length), notable);
      }
      default -> {
        byte[] other = others.get(random.nextInt(others.size()));
        int from = random.nextInt(other.length + 1);
        yield spliced(bytes, at, end, Arrays.copyOfRange(other, from, other.length));
      }
    };
  }

  private byte[] flipped(byte[] bytes, int at) {
    return at == bytes.length ? bytes : set(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
  }

  private static byte[] set(byte[] bytes, int at, byte value) {
    byte[] changed = Arrays.copyOf(bytes, Math.max(bytes.length, at + 1));
    changed[at] = value;
    return changed;
  }

  private static byte[] spliced(byte[] bytes, int lo, int hi, byte[] between) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + between.length);
    out.write(bytes, 0, lo);
    out.write(between, 0, between.length);
    out.write(bytes, hi, bytes.length - hi);
    return out.toByteArray();
  }

  public byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }
}
