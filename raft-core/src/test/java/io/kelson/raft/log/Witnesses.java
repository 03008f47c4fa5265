package io.kelson.raft.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The frames of a log's newest segment, and which of them say that others were durable. */
final class Witnesses {
  /** A frame from {@code offset} to {@code end} that vouches for what is before {@code durable}. */
  private record Frame(int offset, int end, long durable) {}

  private static final int CHECKED_HEADER_BYTES = 140;

  private final List<Frame> frames = new ArrayList<>();
  private final boolean endsWithMark;

  /**
   * @param content the durable bytes of the segment, of which the header and the first frames are
   *     whole
   */
  Witnesses(byte[] content) {
    ByteBuffer segment = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    FrameCodec codec = new FrameCodec(segment.getLong(24), segment.getLong(16));
    int chain = segment.getInt(120);
    int offset = Format.SEGMENT_HEADER_BYTES;
    boolean mark = false;
    while (isFrame(segment, codec, offset, chain)) {
      int bodyBytes = segment.getInt(offset + FrameCodec.BODY_BYTES_AT);
      int end = (int) Format.nextFrame(offset, bodyBytes);
      mark = bodyBytes == 0;
      frames.add(new Frame(offset, end, segment.getInt(offset + FrameCodec.DURABLE_AT)));
      chain = mark ? chain : segment.getInt(offset + FrameCodec.BODY_CHECKSUM_AT);
      offset = end;
    }
    endsWithMark = mark;
  }

  /** Only at the end does a mark stand where the next frame will; one with frames behind stays. */
  private boolean isLastMark(Frame frame) {
    return endsWithMark && frame.end == end();
  }

  private static boolean isFrame(ByteBuffer segment, FrameCodec codec, int offset, int chain) {
    if (offset + Format.FRAME_HEADER_BYTES > segment.limit()
        || segment.getInt(offset) != Format.FRAME_MAGIC
        || segment.getInt(offset + FrameCodec.PREVIOUS_AT) != chain
        || segment.getInt(offset + FrameCodec.HEAD_CHECKSUM_AT)
            != codec.headChecksum(segment, offset, offset)) {
      return false;
    }
    int end =
        offset + Format.FRAME_HEADER_BYTES + segment.getInt(offset + FrameCodec.BODY_BYTES_AT);
    return end <= segment.limit()
        && segment.getInt(offset + FrameCodec.BODY_CHECKSUM_AT)
            == codec.bodyChecksum(segment, offset, end);
  }

  /** Where the last frame ends. */
  int end() {
    return frames.isEmpty() ? Format.SEGMENT_HEADER_BYTES : frames.get(frames.size() - 1).end;
  }

  /**
   * Whether harm to some ranges of bytes is told from a torn write, or does not matter.
   *
   * @param running whether the mark at the end does not count
   * @param ranges pairs of a first byte and the one after the last
   */
  boolean remain(boolean running, int... ranges) {
    if (touches(ranges, 0, CHECKED_HEADER_BYTES)) {
      return true;
    }
    for (Frame harmed : frames) {
      if (touches(ranges, harmed.offset, harmed.end) && !(isLastMark(harmed) && running)) {
        return isLastMark(harmed) || vouchedFor(harmed, running, ranges);
      }
    }
    return true;
  }

  private boolean vouchedFor(Frame harmed, boolean running, int... ranges) {
    return frames.stream()
        .anyMatch(
            witness ->
                witness.offset > harmed.offset
                    && witness.durable > harmed.offset
                    && !(isLastMark(witness) && running)
                    && !touches(
                        ranges, witness.offset, witness.offset + Format.FRAME_HEADER_BYTES));
  }

  private static boolean touches(int[] ranges, int lo, int hi) {
    for (int i = 0; i < ranges.length; i += 2) {
      if (ranges[i] < hi && ranges[i + 1] > lo) {
        return true;
      }
    }
    return false;
  }
}
