package io.kelson.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/** What answers told of the revisions of keys. Thread-safe. */
final class KnownRevisions {
  private final AtomicLongArray newest;

  KnownRevisions(long keys) {
    this.newest = new AtomicLongArray(Math.toIntExact(keys));
  }

  /** The newest known revision of the key's last change; 0 if nothing is known of it. */
  long of(int key) {
    return newest.get(key);
  }

  /** Answers may be read in another order than they were given: the newest counts. */
  void learn(int key, long revision) {
    newest.accumulateAndGet(key, revision, Math::max);
  }
}
