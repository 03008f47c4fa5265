package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.kelson.api.CompactionRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the API servers of Kubernetes ask of their store, in shares: objects read, objects updated
 * by transactions guarded by the revision that lists and answers told, events created under leases
 * that many of them share, lists page by page as of one revision; and history given up now and
 * then.
 */
final class KubernetesMix implements Script {
  static final String LISTS = "lists";
  static final String READS = "reads";
  static final String UPDATES = "updates";
  static final String CONFLICTS = "updates in conflict";
  static final String EVENTS = "events created";
  static final String COMPACTIONS = "compactions";

  private static final int LIST_PAGE = 500;
  private static final int EVENTS_PER_LEASE = 1_000;
  private static final long EVENT_SECONDS = 3_600;
  private static final String EVENT_PREFIX = "/registry/events/";

  private final KeySpace objects;
  private final int valueBytes;
  private final long compactEvery;
  private final KnownRevisions known;
  private final AtomicLong events = new AtomicLong();
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong latestRevision = new AtomicLong();
  private final AtomicLong compactedAt = new AtomicLong();
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile long lease;

  /**
   * A mix.
   *
   * @param objects how many objects there are; the first updates create them
   * @param compactEvery after how many revisions those before the last such stretch are given up
   */
  KubernetesMix(long objects, int valueBytes, long compactEvery) {
    this.objects = new KeySpace(objects, 40, "/registry/pods/default/pod-");
    this.valueBytes = Math.max(Long.BYTES, valueBytes);
    this.compactEvery = compactEvery;
    this.known = new KnownRevisions(objects);
  }

  /** Everything that is written begins with it. */
  static ByteString prefix() {
    return ByteString.copyFromUtf8("/registry/");
  }

  /** Behind everything that begins so. */
  static ByteString prefixEnd() {
    return ByteString.copyFromUtf8("/registry0");
  }

  /** How many keys were written: as many events does a watcher of all of them get. */
  long written() {
    return written.get();
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public Exchange<?, ?> begin(SplittableRandom random) {
    long latest = latestRevision.get();
    long before = compactedAt.get();
    if (latest - before >= 2 * compactEvery
        && compactedAt.compareAndSet(before, latest - compactEvery)) {
      return compact(latest - compactEvery);
    }
    double share = random.nextDouble();
    if (begun.compareAndSet(false, true)) {
      // What it tells makes the first updates of objects that are there succeed.
      return list(objects.key(0), 0);
    }
    if (share < 0.02) {
      return list(objects.key(0), 0);
    }
    if (share < 0.30) {
      return read(random);
    }
    return share < 0.85 ? update(random) : createEvent(random);
  }

  private Exchange<?, ?> read(SplittableRandom random) {
    ByteString key = objects.key(random.nextLong(objects.size()));
    return new Exchange<>(
        KVGrpc.getRangeMethod(),
        RangeRequest.newBuilder().setKey(key).build(),
        reply ->
            reply.getKvsCount() <= 1
                ? Outcome.done(READS)
                : Outcome.flawed("driver: one key was asked for and several came"));
  }

  private Exchange<?, ?> list(ByteString from, long revision) {
    return new Exchange<>(
        KVGrpc.getRangeMethod(),
        RangeRequest.newBuilder()
            .setKey(from)
            .setRangeEnd(objects.end())
            .setLimit(LIST_PAGE)
            .setRevision(revision)
            .build(),
        reply -> listed(from, revision, reply));
  }

  private Outcome listed(ByteString from, long revision, RangeResponse reply) {
    List<KeyValue> page = reply.getKvsList();
    ByteString last = from;
    for (KeyValue pair : page) {
      if (ByteString.unsignedLexicographicalComparator().compare(pair.getKey(), last) < 0) {
        return Outcome.flawed("driver: a list out of order");
      }
      if (revision > 0 && pair.getModRevision() > revision) {
        return Outcome.flawed("driver: a list of a revision with what came after it");
      }
      last = pair.getKey();
      known.learn((int) objects.number(last), pair.getModRevision());
    }
    if (!reply.getMore()) {
      return Outcome.done(LISTS);
    }
    if (page.size() != LIST_PAGE) {
      return Outcome.flawed("driver: a page that is not full though there is more");
    }
    ByteString next = last.concat(ByteString.copyFrom(new byte[1]));
    // The first page's revision, so that all pages are of one moment.
    long pinned = revision > 0 ? revision : reply.getHeader().getRevision();
    return Outcome.then(list(next, pinned), "");
  }

  private Exchange<?, ?> update(SplittableRandom random) {
    int number = (int) random.nextLong(objects.size());
    ByteString key = objects.key(number);
    long comparedWith = known.of(number);
    return new Exchange<>(
        KVGrpc.getTxnMethod(),
        GuardedPut.of(key, comparedWith, put(key, random)),
        reply -> {
          String flaw = GuardedPut.flaw(key, comparedWith, reply);
          if (!flaw.isEmpty()) {
            return Outcome.flawed(flaw);
          }
          known.learn(number, GuardedPut.seen(reply));
          return wrote(reply) ? Outcome.done(UPDATES) : Outcome.done(CONFLICTS);
        });
  }

  /** With a lease that is new for the first of so many events. */
  private Exchange<?, ?> createEvent(SplittableRandom random) {
    long number = events.getAndIncrement();
    // Each run has its own: those of the run before may still be there.
    ByteString key = ByteString.copyFromUtf8(EVENT_PREFIX + System.nanoTime() + "-" + number);
    PutRequest put = put(key, random);
    if (lease != 0 && number % EVENTS_PER_LEASE != 0) {
      return create(put, lease);
    }
    return new Exchange<>(
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setTTL(EVENT_SECONDS).build(),
        reply -> {
          if (reply.getID() == 0) {
            return Outcome.flawed("driver: a lease was granted without an id");
          }
          lease = reply.getID();
          return Outcome.then(create(put, reply.getID()), "");
        });
  }

  private Exchange<?, ?> create(PutRequest put, long under) {
    PutRequest leased = put.toBuilder().setLease(under).build();
    return new Exchange<>(
        KVGrpc.getTxnMethod(),
        GuardedPut.of(put.getKey(), 0, leased),
        reply -> {
          String flaw = GuardedPut.flaw(put.getKey(), 0, reply);
          if (!flaw.isEmpty() || !wrote(reply)) {
            return Outcome.flawed(flaw.isEmpty() ? "driver: a new key was there before" : flaw);
          }
          return Outcome.done(EVENTS);
        });
  }

  private Exchange<?, ?> compact(long revision) {
    return new Exchange<>(
        KVGrpc.getCompactMethod(),
        CompactionRequest.newBuilder().setRevision(revision).build(),
        reply -> Outcome.done(COMPACTIONS));
  }

  private boolean wrote(TxnResponse reply) {
    latestRevision.accumulateAndGet(reply.getHeader().getRevision(), Math::max);
    if (reply.getSucceeded()) {
      written.incrementAndGet();
    }
    return reply.getSucceeded();
  }

  private PutRequest put(ByteString key, SplittableRandom random) {
    return PutRequest.newBuilder()
        .setKey(key)
        .setValue(Values.stamped(System.nanoTime(), valueBytes, random))
        .build();
  }
}
