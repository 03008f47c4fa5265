package io.kelson.server.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 512 bytes that stand before each file in a tar archive, as POSIX.1-1988 (ustar) has them.
 * Only what a backup needs: plain files of mode 0600 with short names.
 */
final class TarHeader {
  static final int BLOCK_BYTES = 512;

  private static final int NAME_BYTES = 100;
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_BYTES = 8;
  private static final int MAGIC_AT = 257;
  private static final long MAX_OCTAL_SIZE = (1L << 33) - 1;

  private TarHeader() {}

  /** The header of a file; the same arguments always give the same bytes. */
  static byte[] of(String name, long sizeBytes, long modifiedSeconds) {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    if (path.length > NAME_BYTES) {
      throw new IllegalArgumentException("the name " + name + " is too long for a tar header");
    }
    byte[] header = new byte[BLOCK_BYTES];
    System.arraycopy(path, 0, header, 0, path.length);
    octal(header, 100, 8, 0600);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    size(header, sizeBytes);
    octal(header, 136, 12, modifiedSeconds);
    header[156] = '0';
    text(header, MAGIC_AT, "ustar\0" + "00");
    octal(header, 329, 8, 0);
    octal(header, 337, 8, 0);
    Arrays.fill(header, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    text(header, CHECKSUM_AT, "%06o\0 ".formatted(sum));
    return header;
  }

  /** Beyond what eleven octal digits can say, as GNU tar and all that came after it have it. */
  private static void size(byte[] header, long sizeBytes) {
    if (sizeBytes <= MAX_OCTAL_SIZE) {
      octal(header, 124, 12, sizeBytes);
      return;
    }
    header[124] = (byte) 0x80;
    for (int i = 0; i < Long.BYTES; i++) {
      header[135 - i] = (byte) (sizeBytes >>> 8 * i);
    }
  }

  private static void octal(byte[] header, int at, int bytes, long value) {
    text(header, at, ("%0" + (bytes - 1) + "o").formatted(value));
  }

  private static void text(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** Whether the bytes, a whole block or the beginning of one, are a tar header of anybody's. */
  static boolean isTar(byte[] block) {
    return block.length >= MAGIC_AT + 5
        && new String(block, MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar");
  }

  /** The name in a header. */
  static String name(byte[] header) {
    int end = 0;
    while (end < Math.min(NAME_BYTES, header.length) && header[end] != 0) {
      end++;
    }
    return new String(header, 0, end, StandardCharsets.UTF_8);
  }

  /** The size in a header, or -1 if there is none that makes sense. */
  static long sizeBytes(byte[] header) {
    String digits = new String(header, 124, 11, StandardCharsets.US_ASCII);
    return digits.matches("[0-7]{11}") ? Long.parseLong(digits, 8) : -1;
  }

  /** How many zeros follow a file of that size, to fill its last block. */
  static int padding(long sizeBytes) {
    return (int) (-sizeBytes & BLOCK_BYTES - 1);
  }

  /** A file with its header and padding. */
  static long entryBytes(long sizeBytes) {
    return BLOCK_BYTES + sizeBytes + padding(sizeBytes);
  }
}
