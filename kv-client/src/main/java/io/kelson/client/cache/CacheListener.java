package io.kelson.client.cache;

import io.kelson.client.WatchEvent;
import java.util.List;

/** Hears of what changes in a {@link Cache}. */
@FunctionalInterface
public interface CacheListener {
  /**
   * The cache has changed; it answers with the new state already. Called by one thread at a time
   * and in order; what it throws ends the cache.
   *
   * @param revision as of which revision
   * @param events what changed, at least one. When changes were missed because they had been
   *     compacted away, these are the differences between before and now: several changes of one
   *     key are one then, and a deletion carries {@code revision} instead of its own
   */
  void onChange(long revision, List<WatchEvent> events);
}
