package io.kelson.raft.runtime;

import java.util.TreeMap;

/**
 * What followers that are getting a snapshot will need of the log afterwards.
 *
 * <p>A snapshot that takes minutes is worth nothing if the log behind it is cut meanwhile: the
 * follower would need another one, and so on. So the log stays from the place where each transfer
 * began, until a while after its end, in which the follower takes the entries. There is a bound: a
 * follower must not fill its leader's disk.
 *
 * <p>One thread owns it.
 */
final class Shipments {
  private record Shipment(long index, long endTick) {}

  /** Not yet ended. */
  private static final long UNDER_WAY = Long.MAX_VALUE;

  private final long graceTicks;
  private final long maxHeldEntries;
  private final TreeMap<Long, Shipment> shipments = new TreeMap<>();

  /**
   * @param graceTicks for how long after its end a transfer holds the log
   * @param maxHeldEntries how many applied entries may be held at most
   */
  Shipments(long graceTicks, long maxHeldEntries) {
    this.graceTicks = graceTicks;
    this.maxHeldEntries = maxHeldEntries;
  }

  /** A transfer begins, of a snapshot that holds at least this index. */
  void began(long to, long appliedIndex) {
    shipments.put(to, new Shipment(appliedIndex, UNDER_WAY));
  }

  /** It has ended, well or not. */
  void ended(long to, long tick) {
    shipments.computeIfPresent(to, (peer, shipment) -> new Shipment(shipment.index(), tick));
  }

  /**
   * Up to where the log may be cut.
   *
   * @param appliedIndex what the state machine has applied; also the answer if nothing is held
   */
  long limit(long appliedIndex, long tick) {
    shipments
        .values()
        .removeIf(
            shipment ->
                (shipment.endTick() != UNDER_WAY && tick - shipment.endTick() >= graceTicks)
                    || appliedIndex - shipment.index() > maxHeldEntries);
    return shipments.values().stream().mapToLong(Shipment::index).reduce(appliedIndex, Math::min);
  }
}
