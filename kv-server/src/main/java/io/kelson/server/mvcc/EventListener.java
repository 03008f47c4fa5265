package io.kelson.server.mvcc;

import java.util.List;

/** Hears of every change, in revision order, after readers can see it. */
@FunctionalInterface
public interface EventListener {
  /**
   * Called on the apply thread once per applied group that changed something; must not block.
   *
   * @param revisions ascending, without gaps to the previous call
   */
  void applied(List<RevisionEvents> revisions);

  /**
   * Called on the apply thread when a snapshot has taken the store's place: readers see a later
   * revision, and what happened up to there was never announced here.
   */
  default void historyReplaced() {}
}
