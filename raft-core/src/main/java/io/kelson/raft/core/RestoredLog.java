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

  /**
   * How the log has to begin again to go with a state, or null if it goes with it as it is.
   *
   * <p>A crash in the middle of installing a snapshot leaves a state that is ahead of its log, or
   * beside it: the log does not hold what the state ends with. Everything the state holds is
   * committed, so nothing that counts is lost with such a log; what was promised stays.
   *
   * @param applied the last entry that the state holds, not before the base
   */
  public SnapshotInstall maybeReset(LogPosition applied) {
    if (holds(applied)) {
      return null;
    }
    // What the log knew to be committed came before what the state holds, or it would hold that
    // position.
    boolean sameTerm = hardState.term() >= applied.term();
    long term = sameTerm ? hardState.term() : applied.term();
    long vote = sameTerm ? hardState.vote() : 0;
    return new SnapshotInstall(applied, new HardState(term, vote, applied.index()));
  }

  private boolean holds(LogPosition position) {
    if (position.index() == base.index()) {
      return position.equals(base);
    }
    if (position.index() < base.index() || position.index() > last.index()) {
      return false;
    }
    long term = 0;
    for (TermRun run : termRuns) {
      if (run.firstIndex() <= position.index()) {
        term = run.term();
      }
    }
    return term == position.term();
  }
}
