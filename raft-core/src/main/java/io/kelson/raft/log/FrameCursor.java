package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads the frames of one segment through a window that moves along the file. Not thread-safe. */
final class FrameCursor {
  /** What a frame's records are handed to, in order. */
  interface Visitor {
    /** Any entry; {@link FrameCursor#entry} gives the one being visited. */
    void entry(long term, long index, EntryType type) throws IOException;

    default void hardState(HardState hardState) throws IOException {}

    default void cut(LogPosition base, long firstSegment) throws IOException {}

    default void reset(LogPosition base, long firstSegment) throws IOException {}

    default void continued(long nextSegment) throws IOException {}
  }

  private final LogFile file;
  private final String name;
  private final FrameCodec codec;
  private final int windowBytes;
  private ByteBuffer window;
  private long windowOffset;

  private int at;
  private int recordAt;
  private String problem;

  FrameCursor(Segment segment, int wantedWindowBytes) {
    this.file = segment.file();
    this.name = segment.name();
    this.codec = segment.codec();
    this.windowBytes = (int) Math.min(wantedWindowBytes, segment.capacityBytes());
    this.window = ByteBuffer.allocate(windowBytes).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  }

  /**
   * Goes to the frame at an offset.
   *
   * @return whether there is a valid one; if not, {@link #problem} says what is wrong
   */
  boolean frame(long offset) throws IOException {
    if (!head(offset)) {
      return false;
    }
    int bytes = bodyBytes();
    if (bytes < 0 || !load(offset, Format.FRAME_HEADER_BYTES + (long) bytes)) {
      problem = "expected " + bytes + " bytes of records, the file ends before";
      return false;
    }
    int end = at + Format.FRAME_HEADER_BYTES + bytes;
    int expected = codec.bodyChecksum(window, at, end);
    int actual = window.getInt(at + FrameCodec.BODY_CHECKSUM_AT);
    if (expected != actual) {
      problem = "frame has body checksum %08x, its bytes give %08x".formatted(actual, expected);
      return false;
    }
    return true;
  }

  /** Goes to the frame head at an offset, whatever follows it, if there is a valid one. */
  boolean head(long offset) throws IOException {
    if (!load(offset, Format.FRAME_HEADER_BYTES)) {
      problem = "expected a frame, the file ends";
      return false;
    }
    int magic = window.getInt(at);
    if (magic != Format.FRAME_MAGIC) {
      problem = "expected a frame, found %08x".formatted(magic);
      return false;
    }
    int expected = codec.headChecksum(window, at, offset);
    int actual = window.getInt(at + FrameCodec.HEAD_CHECKSUM_AT);
    if (expected != actual) {
      problem = "frame has head checksum %08x, its bytes give %08x".formatted(actual, expected);
      return false;
    }
    return true;
  }

  /**
   * Searches for the next valid frame head, whatever lies before it, and goes there.
   *
   * @return whether there is one between {@code from} and the end of the file
   */
  boolean search(long from) throws IOException {
    for (long offset = from; load(offset, Format.FRAME_HEADER_BYTES); ) {
      int last = window.limit() - Format.FRAME_HEADER_BYTES;
      int candidate = at;
      while (candidate <= last && window.getInt(candidate) != Format.FRAME_MAGIC) {
        candidate += Format.FRAME_ALIGNMENT;
      }
      offset = windowOffset + candidate;
      if (candidate <= last) {
        if (head(offset)) {
          return true;
        }
        offset += Format.FRAME_ALIGNMENT;
      }
    }
    return false;
  }

  /** What was wrong with the last frame that was not valid. */
  String problem() {
    return problem;
  }

  int bodyBytes() {
    return window.getInt(at + FrameCodec.BODY_BYTES_AT);
  }

  long number() {
    return window.getLong(at + FrameCodec.NUMBER_AT);
  }

  long durable() {
    return Integer.toUnsignedLong(window.getInt(at + FrameCodec.DURABLE_AT));
  }

  int previous() {
    return window.getInt(at + FrameCodec.PREVIOUS_AT);
  }

  /** The frame's place in the chain: the next frame's {@link #previous}. */
  int checksum() {
    return window.getInt(at + FrameCodec.BODY_CHECKSUM_AT);
  }

  /** Where the frame begins. */
  long offset() {
    return windowOffset + at;
  }

  /** Where the next frame begins. */
  long end() {
    return Format.nextFrame(offset(), bodyBytes());
  }

  /** A mark holds no records; it only says what is durable, and the next frame may overwrite it. */
  boolean isMark() {
    return bodyBytes() == 0;
  }

  /** Whether this frame was written by a recovery, where numbers may jump. */
  boolean isRecovery() {
    return bodyBytes() > 0 && window.get(at + Format.FRAME_HEADER_BYTES) == Format.RECOVERED;
  }

  /** Whether this frame only says that the log goes on in the next segment. */
  boolean isContinuation() {
    return bodyBytes() > 0 && window.get(at + Format.FRAME_HEADER_BYTES) == Format.CONTINUED;
  }

  /** Hands out the records of the current, valid frame. */
  void visit(Visitor visitor) throws IOException {
    int end = at + Format.FRAME_HEADER_BYTES + bodyBytes();
    recordAt = at + Format.FRAME_HEADER_BYTES;
    while (recordAt < end) {
      int bytes = end - recordAt < Format.RECORD_HEADER_BYTES ? -1 : window.getInt(recordAt + 4);
      if (bytes < 0 || bytes > end - recordAt - Format.RECORD_HEADER_BYTES) {
        throw malformed("a record is longer than its frame");
      }
      record(window.get(recordAt), bytes, visitor);
      recordAt += Format.RECORD_HEADER_BYTES + bytes;
    }
  }

  private void record(byte kind, int bytes, Visitor visitor) throws IOException {
    switch (kind) {
      case Format.ENTRY -> {
        requireLength(bytes >= Format.ENTRY_PREFIX_BYTES, kind, bytes);
        visitor.entry(field(0), field(1), entryType());
      }
      case Format.HARD_STATE -> {
        requireLength(bytes == 3 * Long.BYTES, kind, bytes);
        visitor.hardState(new HardState(field(0), field(1), field(2)));
      }
      case Format.CUT -> {
        requireLength(bytes == 3 * Long.BYTES, kind, bytes);
        visitor.cut(new LogPosition(field(0), field(1)), field(2));
      }
      case Format.RESET -> {
        requireLength(bytes == 3 * Long.BYTES, kind, bytes);
        visitor.reset(new LogPosition(field(0), field(1)), field(2));
      }
      case Format.CONTINUED -> {
        requireLength(bytes == Long.BYTES, kind, bytes);
        visitor.continued(field(0));
      }
      case Format.RECOVERED -> requireLength(bytes == Long.BYTES, kind, bytes);
      default -> throw malformed("unknown kind of record " + kind);
    }
  }

  /** The entry being visited. */
  Entry entry() throws IOException {
    int from = recordAt + Format.ENTRY_BYTES;
    int to = recordAt + Format.RECORD_HEADER_BYTES + window.getInt(recordAt + 4);
    byte[] data = Arrays.copyOfRange(window.array(), from, to);
    try {
      return new Entry(field(0), field(1), entryType(), data);
    } catch (IllegalArgumentException e) {
      throw malformed(e.getMessage());
    }
  }

  private EntryType entryType() throws LogDamagedException {
    try {
      return EntryType.of(window.get(recordAt + 1));
    } catch (IllegalArgumentException e) {
      throw malformed(e.getMessage());
    }
  }

  /** Length of the data of the entry being visited. */
  int entryDataBytes() {
    return window.getInt(recordAt + 4) - Format.ENTRY_PREFIX_BYTES;
  }

  private long field(int n) {
    return window.getLong(recordAt + Format.RECORD_HEADER_BYTES + n * Long.BYTES);
  }

  private void requireLength(boolean holds, byte kind, int bytes) throws LogDamagedException {
    if (!holds) {
      throw malformed("a record of kind " + kind + " with " + bytes + " bytes");
    }
  }

  /** For what a valid checksum covers and still makes no sense. */
  LogDamagedException malformed(String what) {
    return new LogDamagedException(name, offset(), what + ", under a valid checksum");
  }

  /**
   * Gets bytes of the file into the window and {@link #at} on the first.
   *
   * @return false if the file ends before
   */
  private boolean load(long offset, long bytes) throws IOException {
    if (offset < windowOffset || offset + bytes > windowOffset + window.limit()) {
      if (offset + bytes > file.size()) {
        return false;
      }
      fill(offset, bytes);
    }
    at = (int) (offset - windowOffset);
    return window.limit() - at >= bytes;
  }

  private void fill(long offset, long bytes) throws IOException {
    if (bytes > window.capacity()) {
      int capacity = (int) Math.max(bytes, windowBytes);
      window = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
    window.clear();
    file.read(window, offset);
    window.flip();
    windowOffset = offset;
  }
}
