package io.kelson.chaos.check;

import io.kelson.chaos.history.WatchRecord;

/**
 * Checks what watchers heard against the log of events.
 *
 * <p>Nine promises, by the names that findings carry:
 *
 * <ul>
 *   <li>{@code ordered}: revisions never go back;
 *   <li>{@code unique}: no event comes twice;
 *   <li>{@code atomic}: all events of a revision come in one batch;
 *   <li>{@code reliable}: nothing is left out between the start and the last event or the last
 *       progress notification, and nothing comes that never happened;
 *   <li>{@code resumable}: the watch begins where it was asked to, and goes on after an
 *       interruption without a gap or a repetition; only a compaction beyond what it needs next may
 *       end it;
 *   <li>{@code bookmarkable}: after a progress notification comes nothing up to its revision, and
 *       nothing up to it was held back;
 *   <li>{@code prev-kv}: what was before is told, and truly, if it was asked for;
 *   <li>{@code is-create}: create revision and version are the true ones;
 *   <li>{@code filters}: nothing outside the range or of a kind that was to be left out.
 * </ul>
 */
public final class WatchChecker implements Checker {
  @Override
  public String name() {
    return "watch";
  }

  @Override
  public Verdict check(Evidence evidence) {
    Findings findings = new Findings(name());
    // What is wrong with the log itself is for the replay to say.
    StoreHistory store = StoreHistory.of(evidence, new Findings(name()));
    for (WatchRecord watch : evidence.watches()) {
      findings.count("watches", 1);
      new WatchReplay(store, watch, findings).run();
    }
    return findings.verdict("every watcher heard everything once and in order", "events");
  }
}
