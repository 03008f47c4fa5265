package io.kelson.chaos.cluster;

/** A cluster whose members can be made to fail when they sync. */
public interface SyncFaults {
  /**
   * From now on syncs of a running member fail with EIO.
   *
   * @param chance of each one, between 0 and 1; 0 ends it
   */
  void failSyncs(int member, double chance);
}
