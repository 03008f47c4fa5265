package io.kelson.bench;

import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** Grants one lease for each number, from 0, and if asked puts the key of that number under it. */
final class LeaseGrants implements Script {
  private final KeySpace keys;
  private final boolean withKeys;
  private final long ttlSeconds;
  private final AtomicLongArray ids;
  private final AtomicInteger sequence = new AtomicInteger();
  private volatile long grantedSeconds;

  LeaseGrants(KeySpace keys, boolean withKeys, long ttlSeconds) {
    this.keys = keys;
    this.withKeys = withKeys;
    this.ttlSeconds = ttlSeconds;
    this.ids = new AtomicLongArray(Math.toIntExact(keys.size()));
  }

  @Override
  public String name() {
    return "lease-grant";
  }

  @Override
  public Exchange<LeaseGrantRequest, LeaseGrantResponse> begin(SplittableRandom random) {
    int number = sequence.getAndIncrement();
    return new Exchange<>(
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build(),
        reply -> granted(number, reply));
  }

  private Outcome granted(int number, LeaseGrantResponse reply) {
    if (reply.getID() == 0 || reply.getTTL() < ttlSeconds || !reply.getError().isEmpty()) {
      return Outcome.flawed("driver: a lease was granted for less than asked " + reply.getError());
    }
    ids.set(number, reply.getID());
    grantedSeconds = reply.getTTL();
    return withKeys ? Outcome.then(attach(number, reply.getID()), "") : Outcome.DONE;
  }

  private Exchange<PutRequest, PutResponse> attach(int number, long lease) {
    return new Exchange<>(
        KVGrpc.getPutMethod(),
        PutRequest.newBuilder().setKey(keys.key(number)).setLease(lease).build(),
        reply -> Outcome.DONE);
  }

  /** The leases by number, once all are granted. */
  long[] ids() {
    long[] all = new long[ids.length()];
    for (int i = 0; i < all.length; i++) {
      all[i] = ids.get(i);
    }
    return all;
  }

  /** How long they really live: a server raises what is too short for it. */
  long grantedSeconds() {
    return grantedSeconds;
  }
}
