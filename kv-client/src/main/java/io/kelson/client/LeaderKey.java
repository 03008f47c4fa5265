package io.kelson.client;

/**
 * An office that was won through the server's Election service.
 *
 * @param name the election
 * @param key the key that stands for it
 * @param revision the revision at which the key was created: its fence
 * @param lease the lease it hangs on
 */
public record LeaderKey(Bytes name, Bytes key, long revision, long lease) {}
