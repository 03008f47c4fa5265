package io.kelson.raft.log;

import java.io.IOException;
import java.util.Arrays;

/**
 * One segment file and the sparse index of its entries: for some of its frames, the index of the
 * first entry and the offset, 12 bytes each and at most one per {@link #STEP_BYTES} of log except
 * where the log was overwritten.
 *
 * <p>Guarded by the lock of the log's state. What belongs to one point ends where the next point's
 * entries begin: frames that were overwritten since stay in the file and are never reached.
 */
final class Segment {
  static final int STEP_BYTES = 4096;

  private final SegmentHeader header;
  private final String name;
  private final LogFile file;
  private final long capacityBytes;
  private long[] firstIndexes = new long[16];
  private int[] offsets = new int[16];
  private int points;
  private int readers;
  private boolean retired;

  Segment(SegmentHeader header, LogFile file) throws IOException {
    this.header = header;
    this.name = Format.segmentName(header.segment());
    this.file = file;
    this.capacityBytes = file.size();
  }

  SegmentHeader header() {
    return header;
  }

  long number() {
    return header.segment();
  }

  String name() {
    return name;
  }

  LogFile file() {
    return file;
  }

  /** How much of the file is there to be written without growing it. */
  long capacityBytes() {
    return capacityBytes;
  }

  /** A fresh codec: codecs are not thread-safe, and each user needs its own. */
  FrameCodec codec() {
    return new FrameCodec(header.salt(), header.segment());
  }

  /** Notes where a frame with entries begins, unless the last point is near enough. */
  void point(long firstIndex, long offset, boolean always) {
    if (!always && points > 0 && offset - offsets[points - 1] < STEP_BYTES) {
      return;
    }
    if (points == offsets.length) {
      firstIndexes = Arrays.copyOf(firstIndexes, points * 2);
      offsets = Arrays.copyOf(offsets, points * 2);
    }
    firstIndexes[points] = firstIndex;
    offsets[points++] = (int) offset;
  }

  /** Forgets the points of entries from {@code index} on. */
  void truncate(long index) {
    while (points > 0 && firstIndexes[points - 1] >= index) {
      points--;
    }
  }

  int points() {
    return points;
  }

  long firstIndex(int point) {
    return firstIndexes[point];
  }

  long offset(int point) {
    return offsets[point];
  }

  /** The last point at or before an index, -1 if there is none. */
  int floor(long index) {
    int found = Arrays.binarySearch(firstIndexes, 0, points, index);
    return found >= 0 ? found : -found - 2;
  }

  void retain() {
    readers++;
  }

  /** Lets go of the file; whoever is last closes it, once the log no longer has it. */
  void release() throws IOException {
    readers--;
    closeIfUnused();
  }

  /** The log no longer has this segment. */
  void retire() throws IOException {
    retired = true;
    closeIfUnused();
  }

  boolean inUse() {
    return readers > 0;
  }

  private void closeIfUnused() throws IOException {
    if (retired && readers == 0) {
      file.close();
    }
  }
}
