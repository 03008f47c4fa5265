package io.kelson.server.mvcc;

import java.util.List;

/** Hears of leases that come and go, on every member, in log order. */
@FunctionalInterface
public interface LeaseListener {
  /**
   * Called on the apply thread once per applied group that granted or ended leases, after readers
   * can see it and before those who asked for it are answered; must not block.
   */
  void leasesChanged(List<Change> changes);

  /**
   * A lease was granted, or it ended by revocation or expiry.
   *
   * @param lease as it was granted, or as it was just before it ended
   * @param ended whether it ended
   */
  record Change(LeaseRecord lease, boolean ended) {}
}
