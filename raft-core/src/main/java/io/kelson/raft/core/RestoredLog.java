package io.kelson.raft.core;

import io.kelson.raft.membership.ConfigEntry;
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
 * @param baseConfig the configuration as of the base, or as of any later position up to which the
 *     state machine has applied; null if none has ever been in the log, and {@link
 *     CoreConfig#configuration} is in force
 * @param configEntries all entries of type {@link EntryType#CONFIG} after the base, ascending
 */
public record RestoredLog(
    HardState hardState,
    LogPosition base,
    LogPosition last,
    List<TermRun> termRuns,
    List<Entry> tail,
    ConfigEntry baseConfig,
    List<Entry> configEntries) {
  /** The disk of a member that has never run. */
  public static final RestoredLog EMPTY =
      new RestoredLog(
          HardState.EMPTY,
          LogPosition.ZERO,
          LogPosition.ZERO,
          List.of(),
          List.of(),
          null,
          List.of());

  /** The same log above another base configuration: the log itself does not know that one. */
  public RestoredLog withBaseConfig(ConfigEntry config) {
    return new RestoredLog(hardState, base, last, termRuns, tail, config, configEntries);
  }
}
