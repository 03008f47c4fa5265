package io.kelson.client;

/** Takes a snapshot as it comes in. */
@FunctionalInterface
public interface SnapshotSink {
  /**
   * Takes the next bytes, which it must not change. While it works, no more are asked for.
   *
   * @param remainingBytes how many are to come, but for the 32 of the checksum at the end
   * @throws java.io.IOException if it cannot take them; the call is then given up
   */
  void blob(byte[] bytes, long remainingBytes) throws java.io.IOException;
}
