package io.kelson.raft.log;

import io.kelson.raft.core.LogPosition;
import java.io.IOException;
import java.util.List;

/**
 * What a whole log holds, read without changing it.
 *
 * @param base the position before the first entry
 * @param last the last entry's; {@code base} if there is none
 */
public record LogInspection(LogPosition base, LogPosition last) {
  /**
   * Reads every segment, as {@link SegmentedLog#open} does. The caller holds the lock on the data
   * directory.
   *
   * @throws LogDamagedException if something is broken or missing that had been durable
   * @throws LogRefusedException if there is no log, or it is another member's, or in a newer format
   */
  public static LogInspection of(LogOptions options) throws IOException {
    List<Long> numbers =
        options.directory().list().stream()
            .map(Format::segmentNumber)
            .filter(n -> n != 0)
            .sorted()
            .toList();
    if (numbers.isEmpty()) {
      throw LogRefusedException.missing(options.directory());
    }
    Recovery recovery = new Recovery(options);
    recovery.read(numbers);
    recovery.closeAll(new IOException("only read"));
    return new LogInspection(recovery.state().base(), recovery.state().last());
  }
}
