package io.kelson.raft.core;

import java.util.List;

/**
 * What a member finds on its disk when it starts.
 *
 * @param hardState term, vote and commit as last made durable
 * @param base position just before the first entry the log still holds; {@link LogPosition#ZERO} if
 *     it was never cut
 * @param last position of the last entry, equal to {@code base} if there is none
 * @param termRuns the terms of the entries after {@code base}, ascending
 * @param tail the last entries, ending at {@code last}, as many as the caller cared to load;
 *     possibly empty
 */
public record RestoredLog(
    HardState hardState,
    LogPosition base,
    LogPosition last,
    List<TermRun> termRuns,
    List<Entry> tail) {
  /** The disk of a member that has never run. */
  public static final RestoredLog EMPTY =
      new RestoredLog(HardState.EMPTY, LogPosition.ZERO, LogPosition.ZERO, List.of(), List.of());
}
