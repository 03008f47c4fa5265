package io.kelson.raft.log;

import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The first block of a segment: who and where it is, and everything about the log before it that is
 * still needed once the segments before it are gone.
 *
 * @param segment its number, 1 and up without gaps; never used twice
 * @param salt goes into every checksum of the segment, so that no frame of another segment, of
 *     another life of this file, or out of a client's value can pass for one of this segment's
 * @param owner whose log it is
 * @param hardState as of the segment's beginning
 * @param base position up to which the log had been cut
 * @param last position of the last entry before the segment
 * @param number the number of the segment's first frame
 * @param previousEnd where the previous segment's last frame ends, 0 if there is none
 * @param chain checksum of that frame
 * @param firstSegment the oldest segment that was still needed
 */
record SegmentHeader(
    long segment,
    long salt,
    LogOwner owner,
    HardState hardState,
    LogPosition base,
    LogPosition last,
    long number,
    long previousEnd,
    int chain,
    long firstSegment) {
  /** Everything but the checksum, which follows. */
  private static final int CHECKED_BYTES = 136;

  private static final int CRC_BYTES = 4;

  /** The whole header block, ready to be written. */
  ByteBuffer encode() {
    ByteBuffer block =
        ByteBuffer.allocate(Format.SEGMENT_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    block.putLong(Format.SEGMENT_MAGIC).putInt(Format.VERSION).putInt(Format.SEGMENT_HEADER_BYTES);
    block.putLong(segment).putLong(salt);
    block.putLong(owner.clusterId()).putLong(owner.memberId());
    block.putLong(hardState.term()).putLong(hardState.vote()).putLong(hardState.commit());
    block.putLong(base.term()).putLong(base.index());
    block.putLong(last.term()).putLong(last.index());
    block.putLong(number).putLong(previousEnd).putInt(chain).putInt(0).putLong(firstSegment);
    block.putInt(checksum(block.array()));
    return block.rewind();
  }

  /** Reads and checks the header of a segment file. */
  static SegmentHeader read(LogFile file, String name, LogOwner owner) throws IOException {
    ByteBuffer block =
        ByteBuffer.allocate(CHECKED_BYTES + CRC_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int found = file.read(block, 0);
    if (found < block.capacity()) {
      throw new LogDamagedException(
          name, found, "expected " + block.capacity() + " bytes of segment header, found " + found);
    }
    int expected = checksum(block.array());
    int actual = block.getInt(CHECKED_BYTES);
    if (expected != actual) {
      throw new LogDamagedException(
          name,
          0,
          "segment header has checksum %08x, its bytes give %08x".formatted(actual, expected));
    }
    return decode(block.rewind(), name, owner);
  }

  private static SegmentHeader decode(ByteBuffer block, String name, LogOwner owner)
      throws IOException {
    long magic = block.getLong();
    int version = block.getInt();
    if (magic != Format.SEGMENT_MAGIC) {
      throw new LogDamagedException(name, 0, "not a log segment: magic %016x".formatted(magic));
    }
    if (version != Format.VERSION) {
      throw new LogRefusedException(
          LogRefusedException.Reason.FORMAT,
          name
              + " has log format "
              + version
              + ", this version reads format "
              + Format.VERSION
              + "; start the version that wrote it, or a newer one");
    }
    block.getInt();
    SegmentHeader header =
        new SegmentHeader(
            block.getLong(),
            block.getLong(),
            new LogOwner(block.getLong(), block.getLong()),
            new HardState(block.getLong(), block.getLong(), block.getLong()),
            new LogPosition(block.getLong(), block.getLong()),
            new LogPosition(block.getLong(), block.getLong()),
            block.getLong(),
            block.getLong(),
            block.getInt(),
            block.position(block.position() + Integer.BYTES).getLong());
    header.requireBelongsTo(name, owner);
    return header;
  }

  private void requireBelongsTo(String name, LogOwner expected) throws IOException {
    if (segment != Format.segmentNumber(name)) {
      throw new LogDamagedException(
          name, 0, "the file holds segment " + Format.segmentName(segment) + "; it was renamed");
    }
    if (!owner.equals(expected)) {
      throw new LogRefusedException(
          LogRefusedException.Reason.OWNER,
          name
              + " belongs to "
              + owner
              + ", this is "
              + expected
              + "; start this member with its own data directory");
    }
  }

  private static int checksum(byte[] block) {
    CRC32C crc = new CRC32C();
    crc.update(block, 0, CHECKED_BYTES);
    return (int) crc.getValue();
  }
}
