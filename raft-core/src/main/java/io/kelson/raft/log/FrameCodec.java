package io.kelson.raft.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Frame headers and checksums of one segment. Not thread-safe.
 *
 * <pre>
 *  0 magic        4
 *  4 bodyBytes    4   length of the records that follow the header
 *  8 number       8   frames are numbered through all segments
 * 16 durable      4   everything before this offset of the segment was durable when this was written
 * 20 previous     4   body checksum of the frame before
 * 24 headChecksum 4   over salt, segment, offset and the 24 bytes above
 * 28 bodyChecksum 4   over the head checksum and the records
 * </pre>
 *
 * The head has a checksum of its own because it testifies alone: a search behind a broken frame
 * believes a head's {@code durable} without having to trust what follows.
 */
final class FrameCodec {
  static final int BODY_BYTES_AT = 4;
  static final int NUMBER_AT = 8;
  static final int DURABLE_AT = 16;
  static final int PREVIOUS_AT = 20;
  static final int HEAD_CHECKSUM_AT = 24;
  static final int BODY_CHECKSUM_AT = 28;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer seed = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);

  FrameCodec(long salt, long segment) {
    seed.putLong(0, salt).putLong(8, segment);
  }

  /**
   * Fills in the header of the frame that lies in {@code buffer} from {@code start} to {@code end}.
   *
   * @param offset where in the segment it will be
   * @return the body checksum, the next frame's {@code previous}
   */
  int seal(
      ByteBuffer buffer, int start, int end, long offset, long number, long durable, int previous) {
    buffer.putInt(start, Format.FRAME_MAGIC);
    buffer.putInt(start + BODY_BYTES_AT, end - start - Format.FRAME_HEADER_BYTES);
    buffer.putLong(start + NUMBER_AT, number);
    buffer.putInt(start + DURABLE_AT, (int) durable);
    buffer.putInt(start + PREVIOUS_AT, previous);
    buffer.putInt(start + HEAD_CHECKSUM_AT, headChecksum(buffer, start, offset));
    int body = bodyChecksum(buffer, start, end);
    buffer.putInt(start + BODY_CHECKSUM_AT, body);
    return body;
  }

  /** What the head checksum of the header at {@code start} has to be. */
  int headChecksum(ByteBuffer buffer, int start, long offset) {
    seed.putLong(16, offset);
    crc.reset();
    crc.update(seed.array());
    update(buffer, start, start + HEAD_CHECKSUM_AT);
    return (int) crc.getValue();
  }

  /** What the body checksum of the frame from {@code start} to {@code end} has to be. */
  int bodyChecksum(ByteBuffer buffer, int start, int end) {
    crc.reset();
    update(buffer, start + HEAD_CHECKSUM_AT, start + BODY_CHECKSUM_AT);
    update(buffer, start + Format.FRAME_HEADER_BYTES, end);
    return (int) crc.getValue();
  }

  private void update(ByteBuffer buffer, int from, int to) {
    int position = buffer.position();
    int limit = buffer.limit();
    buffer.limit(to).position(from);
    crc.update(buffer);
    buffer.limit(limit).position(position);
  }
}
