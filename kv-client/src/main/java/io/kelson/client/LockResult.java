package io.kelson.client;

/**
 * A lock that is held.
 *
 * @param header the store's word
 * @param key the key that stands for it; deleting it releases the lock
 */
public record LockResult(Header header, Bytes key) {}
