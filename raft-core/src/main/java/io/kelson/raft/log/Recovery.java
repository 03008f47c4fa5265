package io.kelson.raft.log;

import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the segments at start and decides what to make of a frame that is not valid.
 *
 * <p>Such a frame is either the torn tail of a write that was never acknowledged, which is cut, or
 * damage to something that was durable, which is refused. What tells them apart is testimony: every
 * frame says in its header up to where the segment was durable when it was written, and every
 * segment says where the one before it ended. A broken frame before a place that any valid header
 * declares durable is damage. If nobody testifies, it was in the last sync, and nobody will miss it
 * unless that sync had returned and the very last frame was damaged later: the log writer therefore
 * leaves a mark behind the last frame when it has nothing else to do.
 *
 * <p>Cutting takes no erasing. The recovery ends with a frame of its own, whose number is above
 * that of every header still lying around behind the cut; those can neither continue the chain nor,
 * as they only testify to what lies before the cut, accuse anything after it.
 *
 * <p>Before that frame is written, everything past the last testimony is written again and synced.
 * A process that died of a failed sync may have left bytes that the page cache shows and the disk
 * does not have; only a write makes the kernel care about them again.
 */
final class Recovery {
  private static final int WINDOW_BYTES = 1 << 20;

  private final LogDirectory directory;
  private final LogOptions options;
  private final Map<Long, Segment> open = new HashMap<>();
  private LogState state;
  private long end;
  private long number;
  private int chain;
  private long testified;

  Recovery(LogOptions options) {
    this.directory = options.directory();
    this.options = options;
  }

  LogState state() {
    return state;
  }

  /** Reads everything; the log is not changed. Closes the files if it throws. */
  void read(List<Long> numbers) throws IOException {
    try {
      Segment last = open(numbers.get(numbers.size() - 1));
      List<Segment> needed = needed(numbers, firstNeeded(last));
      state = new LogState(needed.get(0).header());
      for (int i = 0; i < needed.size() - 1; i++) {
        replaySealed(needed.get(i), needed.get(i + 1).header());
      }
      replayLast(last);
      requireComplete(needed.get(0));
    } catch (IOException | RuntimeException e) {
      closeAll(e);
      throw e;
    }
  }

  /**
   * Makes what was read durable and the cut final; the appender continues from there. The names
   * come first: nothing may refer to a segment whose name could still vanish.
   */
  void settle(Appender appender) throws IOException {
    Segment last = state.current();
    directory.sync();
    rewrite(last, testified, end);
    sealBefore(last, appender);
    appender.moveTo(last, end, number, chain);
    appender.recovered();
    state.written();
  }

  /** Removes the segments that a cut was about to remove when it was interrupted. */
  void removeUnneeded(List<Long> numbers) throws IOException {
    boolean removed = false;
    for (long n : numbers) {
      if (n < state.firstSegment()) {
        Segment segment = open.remove(n);
        if (segment != null) {
          segment.file().close();
        }
        directory.delete(Format.segmentName(n));
        removed = true;
      }
    }
    state.removeUnneeded();
    if (removed) {
      directory.sync();
    }
  }

  private Segment open(long segment) throws IOException {
    Segment known = open.get(segment);
    if (known == null) {
      String name = Format.segmentName(segment);
      LogFile file = directory.open(name);
      try {
        known = new Segment(SegmentHeader.read(file, name, options.owner()), file);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
      open.put(segment, known);
    }
    return known;
  }

  /** The oldest segment that is needed, according to the newest one. */
  private long firstNeeded(Segment last) throws IOException {
    long[] first = {last.header().firstSegment()};
    FrameCursor cursor = begin(last);
    FrameCursor.Visitor visitor =
        new FrameCursor.Visitor() {
          @Override
          public void entry(long term, long index, EntryType type) {}

          @Override
          public void cut(LogPosition base, long firstSegment) {
            first[0] = firstSegment;
          }

          @Override
          public void reset(LogPosition base, long firstSegment) {
            first[0] = firstSegment;
          }
        };
    while (follows(cursor)) {
      cursor.visit(visitor);
      advance(cursor);
    }
    return first[0];
  }

  private List<Segment> needed(List<Long> numbers, long first) throws IOException {
    TreeMap<Long, Segment> present = new TreeMap<>();
    for (long n : numbers) {
      if (n >= first) {
        present.put(n, open(n));
      }
    }
    for (long n = first; n <= numbers.get(numbers.size() - 1); n++) {
      if (!present.containsKey(n)) {
        throw new LogDamagedException(
            Format.segmentName(n), 0, "the segment is missing, the log needs it");
      }
    }
    return new ArrayList<>(present.values());
  }

  private FrameCursor begin(Segment segment) {
    SegmentHeader header = segment.header();
    end = Format.SEGMENT_HEADER_BYTES;
    testified = end;
    number = header.number();
    chain = header.chain();
    return new FrameCursor(segment, WINDOW_BYTES);
  }

  /** Whether a valid frame that continues the chain is at {@link #end}. */
  private boolean follows(FrameCursor cursor) throws IOException {
    return cursor.frame(end)
        && cursor.previous() == chain
        && (cursor.number() == number || cursor.isRecovery() && cursor.number() > number)
        && !cursor.isContinuation();
  }

  private void advance(FrameCursor cursor) {
    testified = Math.max(testified, cursor.durable());
    end = cursor.end();
    if (!cursor.isMark()) {
      number = cursor.number() + 1;
      chain = cursor.checksum();
    }
  }

  private void replaySealed(Segment segment, SegmentHeader next) throws IOException {
    state.segment(segment);
    FrameCursor cursor = begin(segment);
    while (end < next.previousEnd()) {
      if (!follows(cursor)) {
        throw new LogDamagedException(
            segment.name(),
            end,
            problem(cursor)
                + "; the next segment says that this one ends at "
                + next.previousEnd());
      }
      replayFrame(segment, cursor);
    }
    if (end != next.previousEnd() || chain != next.chain() || number != next.number()) {
      throw new LogDamagedException(
          segment.name(),
          end,
          "the segment ends with frame %d, checksum %08x; the next one continues frame %d at %d, checksum %08x"
              .formatted(number - 1, chain, next.number() - 1, next.previousEnd(), next.chain()));
    }
  }

  private void replayLast(Segment segment) throws IOException {
    state.segment(segment);
    FrameCursor cursor = begin(segment);
    while (follows(cursor)) {
      replayFrame(segment, cursor);
    }
    String problem = problem(cursor);
    if (cursor.frame(end) && cursor.isContinuation() && cursor.previous() == chain) {
      cursor.visit(new MissingNext(segment.name()));
    }
    long after = end;
    while (cursor.search(after)) {
      if (cursor.durable() > end) {
        throw new LogDamagedException(
            segment.name(),
            end,
            problem
                + "; a frame at "
                + cursor.offset()
                + " says that everything before "
                + cursor.durable()
                + " was durable");
      }
      number = Math.max(number, cursor.number() + 1);
      after = cursor.offset() + Format.FRAME_ALIGNMENT;
    }
  }

  private String problem(FrameCursor cursor) throws IOException {
    if (!cursor.frame(end)) {
      return cursor.problem();
    }
    return "expected frame %d after checksum %08x, found frame %d after %08x"
        .formatted(number, chain, cursor.number(), cursor.previous());
  }

  private void replayFrame(Segment segment, FrameCursor cursor) throws IOException {
    try {
      cursor.visit(new Replay(cursor));
    } catch (IllegalArgumentException e) {
      throw cursor.malformed(e.getMessage());
    }
    advance(cursor);
  }

  private void requireComplete(Segment oldest) throws IOException {
    if (state.firstHeld() > state.base().index() + 1) {
      throw new LogDamagedException(
          oldest.name(),
          0,
          "the log begins after "
              + state.base()
              + ", but the first entry in its segments is "
              + state.firstHeld());
    }
  }

  private static void rewrite(Segment segment, long from, long to) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, to - from));
    for (long offset = from; offset < to; ) {
      piece.clear().limit((int) Math.min(piece.capacity(), to - offset));
      int bytes = segment.file().read(piece, offset);
      segment.file().write(piece.flip(), offset);
      offset += bytes;
    }
    if (from < to) {
      // Before the recovery's own frame, which testifies to all of this: were both written in one
      // sync, a power failure could keep the testimony and lose what it speaks of.
      segment.file().force();
    }
  }

  /** Finishes a roll that was interrupted before the old segment said that it is not the last. */
  private void sealBefore(Segment last, Appender appender) throws IOException {
    List<Segment> segments = state.segments();
    if (segments.size() < 2) {
      return;
    }
    Segment before = segments.get(segments.size() - 2);
    SegmentHeader header = last.header();
    FrameCursor cursor = new FrameCursor(before, Format.SEGMENT_HEADER_BYTES);
    if (!cursor.frame(header.previousEnd()) || !cursor.isContinuation()) {
      appender.moveTo(before, header.previousEnd(), header.number(), header.chain());
      appender.continued(header.segment());
    }
  }

  /** Closes every file, because of something that went wrong. */
  void closeAll(Exception reason) {
    for (Segment segment : open.values()) {
      try {
        segment.file().close();
      } catch (IOException e) {
        reason.addSuppressed(e);
      }
    }
  }

  /** Brings the records of a frame into the state. */
  private final class Replay implements FrameCursor.Visitor {
    private final FrameCursor cursor;
    private boolean hasEntries;

    Replay(FrameCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public void entry(long term, long index, EntryType type) throws IOException {
      if (hasEntries && state.overwrites(index)) {
        throw cursor.malformed("an entry that overwrites others inside a frame");
      }
      state.entry(cursor.offset(), !hasEntries, term, index, type);
      hasEntries = true;
    }

    @Override
    public void hardState(HardState hardState) {
      state.hardState(hardState);
    }

    @Override
    public void cut(LogPosition base, long firstSegment) {
      state.cut(base, firstSegment);
    }

    @Override
    public void reset(LogPosition base, long firstSegment) {
      state.reset(base, firstSegment);
    }
  }

  /** For a last segment that says it is not the last. */
  private record MissingNext(String name) implements FrameCursor.Visitor {
    @Override
    public void entry(long term, long index, EntryType type) {}

    @Override
    public void continued(long nextSegment) throws IOException {
      throw new LogDamagedException(
          Format.segmentName(nextSegment), 0, "the segment is missing, " + name + " names it");
    }
  }
}
