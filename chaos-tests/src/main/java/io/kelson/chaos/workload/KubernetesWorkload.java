package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * What an API server does: objects changed under the revision they were read at, informers that
 * list and then watch, events on leases, and a compaction every few seconds that one of several
 * contenders wins.
 */
final class KubernetesWorkload extends JudgedWorkload {
  private static final int OBJECTS = 40;
  private static final int COMPACTION_KEEPS = 1_000;
  private static final long EVENT_TTL_SECONDS = 5;
  private static final int EVENTS_PER_LEASE = 20;

  private final AtomicLong newest = new AtomicLong();
  private final ClientIds informers = new ClientIds();
  private final ClientIds leases = new ClientIds();
  private final ClientIds leaseClients = new ClientIds();

  KubernetesWorkload(Checker... checkers) {
    super(
        "kubernetes",
        "guarded updates, informers that list and watch, events on leases, compaction",
        checkers);
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    if (index % 4 == 3) {
      Informer informer =
          new Informer(
              session, session.recorder(index), session.random(index), pods(session), informers);
      while (session.goesOn()) {
        informer.live();
      }
    } else {
      control(session, index);
    }
  }

  /** A controller: updates, creates and deletes pods, and tells of it in events. */
  private void control(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Values values = new Values(index);
    LeaseClient leaseCalls = new LeaseClient(session.history(), recorder.client(), leaseClients);
    long lease = 0;
    int onLease = 0;
    long compactVersion = 0;
    while (session.goesOn()) {
      int choice = random.nextInt(400);
      if (choice == 0 && index < 2) {
        compactVersion = compact(session, recorder, compactVersion);
      } else if (choice < 40) {
        if (lease == 0 || ++onLease > EVENTS_PER_LEASE) {
          long next = leases.next();
          lease = leaseCalls.grant(next, EVENT_TTL_SECONDS).isPresent() ? next : 0;
          onLease = 0;
        }
        if (lease != 0) {
          event(session, recorder, values, lease);
        }
      } else {
        change(session, recorder, random, values);
      }
    }
  }

  private void change(Session session, Recorder recorder, RandomGenerator random, Values values) {
    Bytes key = pods(session).concat(Bytes.utf8("pod-" + random.nextInt(OBJECTS)));
    Optional<TxnResult> read =
        recorder.txn(
            Calls.single(RangeOp.builder(key).serializable(random.nextInt(4) == 0).build()));
    if (read.isEmpty()) {
      return;
    }
    Optional<KeyValue> pod = Calls.kv(read.get(), 0);
    TxnOp.Builder txn =
        TxnOp.builder()
            .when(Calls.unchanged(key, pod.map(KeyValue::modRevision).orElse(0L)))
            .otherwise(RangeOp.key(key));
    if (pod.isPresent() && random.nextInt(6) == 0) {
      txn.then(DeleteOp.key(key));
    } else {
      txn.then(PutOp.of(key, values.next()));
    }
    recorder
        .txn(txn.build())
        .ifPresent(result -> newest.accumulateAndGet(result.header().revision(), Math::max));
  }

  private static void event(Session session, Recorder recorder, Values values, long lease) {
    Bytes value = values.next();
    Bytes key = session.prefix().concat(Bytes.utf8("registry/events/default/")).concat(value);
    recorder.txn(Calls.single(PutOp.builder(key, value).lease(lease).build()));
  }

  /** As API servers do it: who changes this key at the version it knows may compact. */
  private long compact(Session session, Recorder recorder, long knownVersion) {
    Bytes key = session.prefix().concat(Bytes.utf8("compact_rev_key"));
    Optional<TxnResult> answer =
        recorder.txn(
            TxnOp.builder()
                .when(Compare.version(key, Compare.Relation.EQUAL, knownVersion))
                .then(PutOp.of(key, Bytes.utf8(Long.toString(newest.get()))))
                .otherwise(RangeOp.key(key))
                .build());
    if (answer.isEmpty()) {
      return knownVersion;
    }
    if (!answer.get().succeeded()) {
      return Calls.kv(answer.get(), 0).map(KeyValue::version).orElse(0L);
    }
    long to = LoggedSession.compactable(session, newest.get() - COMPACTION_KEEPS);
    if (to > 0) {
      try {
        recorder.client().compact(to, false);
      } catch (EtcdException e) {
        // Done already, or not now: the next one will.
      }
    }
    return knownVersion + 1;
  }

  private static Bytes pods(Session session) {
    return session.prefix().concat(Bytes.utf8("registry/pods/default/"));
  }
}
