package io.kelson.client;

import java.util.List;

/**
 * How long a lease has to live.
 *
 * @param header the store's word
 * @param id the lease asked about
 * @param ttlSeconds what is left, rounded down; -1 when there is no such lease
 * @param grantedTtlSeconds what it was granted; 0 when there is no such lease
 * @param keys the keys that hang on it, if they were asked for
 */
public record LeaseTimeToLive(
    Header header, long id, long ttlSeconds, long grantedTtlSeconds, List<Bytes> keys) {
  public LeaseTimeToLive {
    keys = List.copyOf(keys);
  }

  /** False when the lease has expired, was revoked or never was. */
  public boolean exists() {
    return ttlSeconds >= 0;
  }
}
