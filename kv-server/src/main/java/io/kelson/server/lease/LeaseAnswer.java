package io.kelson.server.lease;

import io.kelson.api.EtcdError;

/**
 * Waits for what the lessor says of one lease. Exactly one method is called, once, on any thread,
 * possibly before the question returns; must not block.
 */
public interface LeaseAnswer {
  /** The number that was asked for; what it means stands with the question. */
  void answered(long number);

  /** This member does not lead any more, or the log did not take what had to be written first. */
  void failed(EtcdError error);
}
