package io.kelson.raft.log;

import java.io.IOException;
import java.util.Random;

/** Logs small enough that tests see many segments, with nothing left to chance. */
final class TestLogs {
  private TestLogs() {}

  static LogOptions.Builder options(CrashableDirectory disk) {
    return LogOptions.builder(disk)
        .segmentBytes(16 << 10)
        .bufferBytes(4 << 10)
        .background(Runnable::run)
        .salts(new Random(disk.steps())::nextLong);
  }

  static SegmentedLog open(CrashableDirectory disk) throws IOException {
    return SegmentedLog.open(options(disk).build());
  }
}
