package io.kelson.server.diff;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the sequence of steps that belongs to a seed. Each sequence has a bent of its own: what is
 * frequent in one is rare in another.
 */
final class Generator {
  private static final int STREAMS = 3;
  private static final int LONG_TTL_SECONDS = 1000;

  private final Draws draws;
  private final KvDraws kv;
  private final WatchDraws watches;
  private final int watchWeight;
  private final int leaseWeight;
  private final int compactWeight;
  private final boolean big;
  private final boolean expiring;

  private Generator(long seed) {
    this.draws = new Draws(seed);
    this.kv = new KvDraws(draws);
    this.watches = new WatchDraws(draws);
    this.watchWeight = draws.oneOf(5, 20, 40);
    this.leaseWeight = draws.oneOf(0, 5, 30);
    this.compactWeight = draws.oneOf(0, 2, 6);
    this.big = draws.percent(3);
    this.expiring = draws.percent(3);
  }

  /** The steps of a seed; always the same. */
  static List<Step> steps(long seed) {
    return new Generator(seed).generate();
  }

  private List<Step> generate() {
    List<Step> steps = new ArrayList<>();
    int count = draws.between(15, 45);
    for (int i = 0; i < count; i++) {
      steps.add(step());
    }
    if (expiring) {
      steps.add(draws.below(steps.size()), expiry());
    }
    return steps;
  }

  private Step step() {
    int kind = draws.below(100 + watchWeight + leaseWeight + compactWeight);
    if (kind < 100) {
      return kvStep(kind);
    }
    kind -= 100;
    if (kind < watchWeight) {
      return watchStep();
    }
    kind -= watchWeight;
    return kind < leaseWeight ? leaseStep() : compaction();
  }

  private Step kvStep(int kind) {
    int member = draws.below(3);
    if (big && kind < 15) {
      return bigStep(member);
    } else if (kind < 33) {
      var range = kv.range();
      return session -> session.range(range, member);
    } else if (kind < 35) {
      var range = kv.unknownSort();
      return session -> session.range(range, member);
    } else if (kind < 62) {
      var put = kv.put();
      return session -> session.put(put, member);
    } else if (kind < 75) {
      var delete = kv.delete();
      return session -> session.delete(delete, member);
    }
    var txn = kv.txn();
    return session -> session.txn(txn, member);
  }

  private Step bigStep(int member) {
    if (draws.percent(70)) {
      var txn = kv.bigTxn();
      return session -> session.txn(txn, member);
    }
    var put = kv.bigPut(draws.oneOf(400_000, 1_570_000, 1_600_000, 2_200_000));
    return session -> session.put(put, member);
  }

  private Step compaction() {
    int member = draws.below(3);
    var compact = kv.compact();
    return session -> session.compact(compact, member);
  }

  private Step watchStep() {
    int stream = draws.below(STREAMS);
    int kind = draws.below(100);
    if (kind < 70) {
      var create = watches.create();
      return session -> session.createWatch(create, stream);
    } else if (kind < 85) {
      long id = watches.watchId();
      return session -> session.cancelWatch(id, stream);
    } else if (kind < 94) {
      return session -> session.watchProgress(stream);
    } else if (kind < 97) {
      return session -> session.idleWatchRequest(stream);
    }
    return session -> session.halfCloseWatch(stream);
  }

  private Step leaseStep() {
    int member = draws.below(3);
    long id = draws.lease();
    int kind = draws.below(100);
    if (kind < 40) {
      long ttl =
          draws.percent(80)
              ? (long) LONG_TTL_SECONDS * draws.between(1, 20)
              : draws.oneOf(9_000_000_000L, 9_000_000_001L, Long.MAX_VALUE);
      return session -> session.grant(id, ttl, member);
    } else if (kind < 45) {
      long ttl = draws.oneOf(0L, -1L, 1L, 2L, 5L, Long.MIN_VALUE);
      return session -> session.grantAndRevoke(id, ttl, member);
    } else if (kind < 50) {
      return session -> session.grantAnyId(member);
    } else if (kind < 62) {
      long revoked = draws.percent(90) ? id : 0;
      return session -> session.revoke(revoked, member);
    } else if (kind < 75) {
      List<Long> ids = draws.leases(draws.between(1, 3));
      return session -> session.keepAlive(ids, member);
    } else if (kind < 90) {
      long asked = draws.percent(90) ? id : 0;
      boolean keys = draws.percent(60);
      return session -> session.timeToLive(asked, keys, member);
    }
    return session -> session.leases(member);
  }

  private Step expiry() {
    int member = draws.below(3);
    long id = draws.lease();
    List<ByteString> keys = List.of(draws.key(), draws.key(), draws.key());
    return session -> session.expire(id, keys, member);
  }
}
