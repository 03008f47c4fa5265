package io.kelson.raft.log;

/**
 * The numbers of the on-disk format; {@code docs/DISK-FORMAT.md} has the picture.
 *
 * <p>A segment is a header block followed by frames. A frame is what one batch, or a piece of a
 * large one, became: a header and records. All integers are little-endian.
 */
final class Format {
  /** The bytes "KELSNLOG". */
  static final long SEGMENT_MAGIC = 0x474f4c4e534c454bL;

  static final int VERSION = 1;

  /**
   * Room for the segment header: a block of its own, so that no later write touches it again and a
   * torn one cannot harm it.
   */
  static final int SEGMENT_HEADER_BYTES = 4096;

  /** The bytes "KLF1". */
  static final int FRAME_MAGIC = 0x31464c4b;

  static final int FRAME_HEADER_BYTES = 32;

  /** Frames begin at multiples of this, so that a search need not look in between. */
  static final int FRAME_ALIGNMENT = 8;

  /** A frame ends before the entry that would make its records longer, if it has one already. */
  static final int FRAME_BODY_TARGET_BYTES = 256 << 10;

  /** Kind, type, reserved, length. */
  static final int RECORD_HEADER_BYTES = 8;

  /** Term and index, ahead of an entry's data. */
  static final int ENTRY_PREFIX_BYTES = 16;

  static final int ENTRY_BYTES = RECORD_HEADER_BYTES + ENTRY_PREFIX_BYTES;

  /** A larger entry is a mistake of the caller; the length must also never overflow an int. */
  static final int MAX_ENTRY_DATA_BYTES = 256 << 20;

  /** Kept free at the end of a segment for the frame that names the next one. */
  static final int TRAILER_BYTES = 64;

  static final byte ENTRY = 1;
  static final byte HARD_STATE = 2;
  static final byte CUT = 3;
  static final byte RESET = 4;
  static final byte CONTINUED = 5;
  static final byte RECOVERED = 6;

  /** The name of the segment that is prepared, or kept, to become the next one. */
  static final String SPARE_NAME = "spare";

  private static final String SEGMENT_SUFFIX = ".log";
  private static final int SEGMENT_DIGITS = 16;

  private Format() {}

  static String segmentName(long segment) {
    return String.format("%016x", segment) + SEGMENT_SUFFIX;
  }

  /** The number of the segment with this name, 0 if the name is no segment's. */
  static long segmentNumber(String name) {
    if (name.length() != SEGMENT_DIGITS + SEGMENT_SUFFIX.length()
        || !name.endsWith(SEGMENT_SUFFIX)) {
      return 0;
    }
    String digits = name.substring(0, SEGMENT_DIGITS);
    boolean hex = digits.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    return hex ? Long.parseUnsignedLong(digits, 16) : 0;
  }

  /** Where the frame after one with so many bytes of records begins. */
  static long nextFrame(long offset, int bodyBytes) {
    return align(offset + FRAME_HEADER_BYTES + bodyBytes);
  }

  static long align(long offset) {
    return (offset + FRAME_ALIGNMENT - 1) & -FRAME_ALIGNMENT;
  }
}
