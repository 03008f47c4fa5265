package io.kelson.raft.log;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Gathers frames for the end of a segment in one direct buffer, writes them with one call and syncs
 * them with another. Not thread-safe; owned by whoever holds the log's write lock.
 *
 * <p>A frame is open while records are added to it. Its header is filled in when it ends, so that a
 * group of small batches becomes one frame with one checksum.
 */
final class Appender {
  private static final int NO_FRAME = -1;

  private final LogMetrics metrics;
  private ByteBuffer buffer;
  private LogFile file;
  private FrameCodec codec;
  private long bufferOffset;
  private int frame = NO_FRAME;
  private boolean frameHasEntries;
  private long number;
  private int chain;
  private long durable;
  private long marked;
  private boolean unforced;

  Appender(int bufferBytes, LogMetrics metrics) {
    this.metrics = metrics;
    buffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Goes on at a place in a segment, everything before which is durable.
   *
   * @param nextNumber the next frame's number
   * @param previous checksum of the frame before
   */
  void moveTo(Segment segment, long offset, long nextNumber, int previous) {
    file = segment.file();
    codec = segment.codec();
    bufferOffset = offset;
    number = nextNumber;
    chain = previous;
    durable = offset;
    marked = offset;
  }

  /** The next frame's number, with no frame open. */
  long number() {
    return number;
  }

  /** Checksum of the last frame, with no frame open. */
  int chain() {
    return chain;
  }

  /** Where the next record, or the next frame's header, goes in the segment. */
  long end() {
    return bufferOffset + buffer.position();
  }

  /** Where the open frame begins in the segment. */
  long frameOffset() {
    return bufferOffset + frame;
  }

  boolean frameHasEntries() {
    return frameHasEntries;
  }

  /** Whether anything has been gathered that has not been written. */
  boolean isEmpty() {
    return buffer.position() == 0;
  }

  /** Whether a record would make the open frame longer than frames should be. */
  boolean frameIsFullFor(int recordBytes) {
    return frame != NO_FRAME
        && buffer.position() - frame + recordBytes > Format.FRAME_BODY_TARGET_BYTES;
  }

  /** Where in the segment a record would end if it were added now. */
  long endWith(int recordBytes) {
    return Format.align(end() + (frame == NO_FRAME ? Format.FRAME_HEADER_BYTES : 0) + recordBytes);
  }

  /** Makes room for a record in the buffer and opens a frame if none is. */
  void open(int recordBytes) throws IOException {
    int needed = Format.FRAME_HEADER_BYTES + recordBytes + Format.FRAME_ALIGNMENT;
    if (buffer.remaining() < needed) {
      write();
      if (buffer.capacity() < needed) {
        buffer = ByteBuffer.allocateDirect(needed).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    if (frame == NO_FRAME) {
      frame = buffer.position();
      frameHasEntries = false;
      buffer.position(frame + Format.FRAME_HEADER_BYTES);
    }
  }

  void entry(Entry entry) {
    byte[] data = entry.data();
    buffer.put(Format.ENTRY).put((byte) entry.type().number()).putShort((short) 0);
    buffer.putInt(Format.ENTRY_PREFIX_BYTES + data.length);
    buffer.putLong(entry.term()).putLong(entry.index()).put(data);
    frameHasEntries = true;
  }

  void hardState(HardState state) {
    record(Format.HARD_STATE, state.term(), state.vote(), state.commit());
  }

  void position(byte kind, LogPosition position, long segment) {
    record(kind, position.term(), position.index(), segment);
  }

  private void record(byte kind, long... fields) {
    buffer.put(kind).put((byte) 0).putShort((short) 0).putInt(fields.length * Long.BYTES);
    for (long field : fields) {
      buffer.putLong(field);
    }
  }

  /** Ends the open frame, if there is one. */
  void endFrame() {
    if (frame == NO_FRAME) {
      return;
    }
    chain = codec.seal(buffer, frame, buffer.position(), frameOffset(), number++, durable, chain);
    marked = durable;
    frame = NO_FRAME;
    frameHasEntries = false;
    pad();
  }

  private void pad() {
    while (buffer.position() % Format.FRAME_ALIGNMENT != 0) {
      buffer.put((byte) 0);
    }
  }

  /** Hands what has been gathered to the file. */
  void write() throws IOException {
    endFrame();
    if (!isEmpty()) {
      unforced = true;
      bufferOffset += writeBuffer(bufferOffset);
    }
  }

  private int writeBuffer(long offset) throws IOException {
    int bytes = buffer.flip().remaining();
    long begin = System.nanoTime();
    file.write(buffer, offset);
    metrics.wrote(bytes, System.nanoTime() - begin);
    buffer.clear();
    return bytes;
  }

  /** Makes everything gathered and written so far durable. */
  void force() throws IOException {
    write();
    if (unforced) {
      forceFile();
      unforced = false;
      durable = bufferOffset;
    }
  }

  private void forceFile() throws IOException {
    long begin = System.nanoTime();
    file.force();
    metrics.forced(System.nanoTime() - begin);
  }

  /**
   * Says on disk that everything up to here is durable, if no frame says so yet. The next frame
   * takes the mark's place; what it said is then in that frame's header.
   */
  void mark() throws IOException {
    if (isEmpty() && marked < durable && durable == bufferOffset) {
      buffer.position(Format.FRAME_HEADER_BYTES);
      codec.seal(buffer, 0, Format.FRAME_HEADER_BYTES, bufferOffset, number, durable, chain);
      writeBuffer(bufferOffset);
      marked = durable;
      unforced = true;
    }
  }

  /**
   * Says on disk, durably, that the log goes on in the next segment; outside the chain of frames.
   */
  void continued(long nextSegment) throws IOException {
    open(Format.RECORD_HEADER_BYTES + Long.BYTES);
    record(Format.CONTINUED, nextSegment);
    codec.seal(buffer, frame, buffer.position(), frameOffset(), number, durable, chain);
    frame = NO_FRAME;
    pad();
    writeBuffer(bufferOffset);
    forceFile();
  }

  /** Writes the frame that ends a recovery, durably. */
  void recovered() throws IOException {
    open(Format.RECORD_HEADER_BYTES + Long.BYTES);
    record(Format.RECOVERED, number);
    force();
  }
}
