package io.kelson.client;

/**
 * The answer to one keep-alive.
 *
 * @param header the store's word, taken before the renewal
 * @param id the lease
 * @param ttlSeconds how long it lives from now on; 0 when there is no such lease (which etcd does
 *     not call an error)
 */
public record LeaseRenewal(Header header, long id, long ttlSeconds) {
  /** False when the lease has expired, was revoked or never was. */
  public boolean alive() {
    return ttlSeconds > 0;
  }
}
