package io.kelson.server.rpc;

import io.kelson.server.auth.Caller;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.watch.WatchHub;
import java.util.concurrent.Executor;

/**
 * What recipes for locks and elections are made of: the same calls that clients have.
 *
 * @param pool where reads go
 * @param minLeaseTtlSeconds what shorter leases are raised to
 */
record RecipeParts(
    Proposals proposals,
    LinearizableReads reads,
    MvccStore store,
    WatchHub watches,
    Headers headers,
    Executor pool,
    long minLeaseTtlSeconds,
    AuthGuard guard) {
  /** Begins a recipe for the call that has just come in. */
  Recipe begin() {
    return begin(AuthGuard.caller());
  }

  /** The same for a call that came in earlier. */
  Recipe begin(Caller caller) {
    return new Recipe(this, CallLoop.current(), caller);
  }
}
