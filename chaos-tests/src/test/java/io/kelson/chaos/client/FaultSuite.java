package io.kelson.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.Await;
import io.kelson.chaos.ClusterNode;
import io.kelson.chaos.Leadership;
import io.kelson.chaos.LongRun;
import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.OutcomeUnknownException;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import io.kelson.client.cache.Cache;
import io.kelson.client.coordination.Held;
import io.kelson.client.coordination.Mutex;
import io.kelson.client.coordination.Session;
import io.kelson.client.coordination.SessionLostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The client while the cluster fails: no event is lost or comes twice, no lock is held twice with
 * the same fence, and nothing has to be done for it to go on.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@LongRun
abstract class FaultSuite extends ClientSuite {
  private static final int KILLS = 2;
  private static final int STEPS = 40;

  FaultSuite(Product product) {
    super(product);
  }

  /** Puts numbered values at one key until told to stop; unknown outcomes leave gaps, no lies. */
  private final class Writer implements Runnable {
    private final KelsonClient own = connect();
    private final Bytes key = key("n");
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong acked = new AtomicLong();
    private final List<Long> ackedRevisions = new CopyOnWriteArrayList<>();

    @Override
    public void run() {
      for (long number = 1; !stop.get(); number++) {
        try {
          Bytes value = bytes(Long.toString(number));
          ackedRevisions.add(own.put(key, value).header().revision());
          acked.incrementAndGet();
        } catch (OutcomeUnknownException e) {
          // It may be there or not: the store's history says.
        }
      }
    }

    private void awaitMore(int count) {
      long goal = acked.get() + count;
      Await.until(count + " more writes", BOUND, () -> acked.get() >= goal);
    }
  }

  /** Everything a watch told, by revision. */
  private static final class Record implements WatchListener {
    private final List<Long> revisions = new CopyOnWriteArrayList<>();
    private final List<String> values = new CopyOnWriteArrayList<>();
    private final AtomicInteger interruptions = new AtomicInteger();

    @Override
    public void onEvents(WatchBatch batch) {
      for (WatchEvent event : batch.events()) {
        revisions.add(event.kv().modRevision());
        values.add(event.kv().value().utf8());
      }
    }

    @Override
    public void onInterrupted(EtcdException cause) {
      interruptions.incrementAndGet();
    }
  }

  @Test
  void watchesLoseAndRepeatNothingWhenLeadersDie() throws Exception {
    Writer writer = new Writer();
    List<Record> records = new ArrayList<>();
    List<Watcher> watchers = new ArrayList<>();
    for (ClusterNode node : cluster.nodes()) {
      // Each begins at another member.
      List<String> order = new ArrayList<>(endpoints());
      order.remove(endpoint(node));
      order.add(0, endpoint(node));
      KelsonClient own = opened(builder().endpoints(order).inOrder(true));
      Record record = new Record();
      records.add(record);
      watchers.add(own.watch(WatchOptions.builder(key("n")).build(), record));
    }
    for (Watcher watcher : watchers) {
      watcher.created().get(60, TimeUnit.SECONDS);
    }
    Thread thread = new Thread(writer, "writer");
    thread.start();
    for (int i = 0; i < KILLS; i++) {
      writer.awaitMore(STEPS);
      Leadership leader = cluster.awaitReady(BOUND);
      leader.node().kill9();
      writer.awaitMore(STEPS);
      leader.node().start();
      cluster.awaitReady(BOUND);
    }
    writer.awaitMore(STEPS);
    writer.stop.set(true);
    thread.join();
    KeyValue last = client.range(RangeOp.key(key("n"))).kvs().get(0);
    for (Record record : records) {
      Await.until("the last event", BOUND, () -> record.revisions.contains(last.modRevision()));
      assertThat(record.revisions).isSorted().doesNotHaveDuplicates();
      assertThat(record.revisions).containsAll(writer.ackedRevisions);
      // The key's version counts every write there was: each has come exactly once.
      assertThat((long) record.revisions.size()).isEqualTo(last.version());
      assertThat(record.values).doesNotHaveDuplicates();
    }
    assertThat(records).anyMatch(record -> record.interruptions.get() > 0);
  }

  @Test
  void aWatchGoesOnAcrossAPartitionAndEndsAtACompactionItMissed() throws Exception {
    try (Relay relay = new Relay(cluster.nodes().get(0).spec().clientPort())) {
      KelsonClient cutOff =
          opened(builder().endpoints(relay.endpoint()).connectTimeout(Duration.ofSeconds(1)));
      Record record = new Record();
      CompletableFuture<EtcdException> end = new CompletableFuture<>();
      Watcher watcher =
          cutOff.watch(
              WatchOptions.builder(key("n")).build(),
              new WatchListener() {
                @Override
                public void onEvents(WatchBatch batch) {
                  record.onEvents(batch);
                }

                @Override
                public void onInterrupted(EtcdException cause) {
                  record.onInterrupted(cause);
                }

                @Override
                public void onClosed(EtcdException cause) {
                  end.complete(cause);
                }
              });
      watcher.created().get(60, TimeUnit.SECONDS);
      client.put(key("n"), bytes("1"));
      Await.until("the first", BOUND, () -> record.values.equals(List.of("1")));
      relay.cut();
      client.put(key("n"), bytes("2"));
      client.put(key("n"), bytes("3"));
      Await.until("the break", BOUND, () -> record.interruptions.get() == 1);
      relay.join();
      Await.until("what was missed", BOUND, () -> record.values.equals(List.of("1", "2", "3")));
      relay.cut();
      Await.until("the second break", BOUND, () -> record.interruptions.get() == 2);
      client.put(key("n"), bytes("4"));
      long revision = client.put(key("n"), bytes("5")).header().revision();
      client.compact(revision, true);
      relay.join();
      assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(CompactedException.class);
      assertThat(record.values).containsExactly("1", "2", "3");
    }
  }

  /** As behind a disk or a network that is overloaded: what is asked is answered, late. */
  @Test
  void aSlowServerIsWaitedForAndNothingIsSaidTwice() throws Exception {
    try (Relay relay = new Relay(cluster.nodes().get(0).spec().clientPort())) {
      KelsonClient slow = opened(builder().endpoints(relay.endpoint()));
      Record record = new Record();
      slow.watch(WatchOptions.builder(key("n")).build(), record)
          .created()
          .get(60, TimeUnit.SECONDS);
      relay.slow(200);
      List<String> written = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        written.add(Integer.toString(i));
        slow.put(key("n"), bytes(Integer.toString(i)));
      }
      Await.until("all of it", BOUND, () -> record.values.size() >= written.size());
      assertThat(record.values).isEqualTo(written);
      assertThat(record.interruptions).hasValue(0);
      assertThat(slow.range(RangeOp.key(key("n"))).kvs().get(0).version())
          .as("each put once")
          .isEqualTo(10);
    }
  }

  /** The connection stands, and nothing comes: that is found out, and another member asked. */
  @Test
  void aServerThatFallsSilentIsLeftForAnother() throws Exception {
    try (Relay relay = new Relay(cluster.nodes().get(0).spec().clientPort())) {
      List<String> order =
          List.of(
              relay.endpoint(), endpoint(cluster.nodes().get(1)), endpoint(cluster.nodes().get(2)));
      KelsonClient patient = opened(builder().endpoints(order).inOrder(true));
      Record record = new Record();
      patient
          .watch(WatchOptions.builder(key("n")).build(), record)
          .created()
          .get(60, TimeUnit.SECONDS);
      client.put(key("n"), bytes("1"));
      Await.until("the first", BOUND, () -> record.values.equals(List.of("1")));
      relay.fallSilent();
      client.put(key("n"), bytes("2"));
      client.put(key("n"), bytes("3"));
      Await.until("the rest", BOUND, () -> record.values.equals(List.of("1", "2", "3")));
      assertThat(record.interruptions).hasValue(1);
      assertThat(patient.range(RangeOp.key(key("n"))).kvs().get(0).value()).isEqualTo(bytes("3"));
      relay.speak();
      client.put(key("n"), bytes("4"));
      Await.until("the last", BOUND, () -> record.values.size() >= 4);
      assertThat(record.values).as("what was held back").containsExactly("1", "2", "3", "4");
    }
  }

  @Test
  void aCacheThatMissedACompactionComesRightByItself() throws Exception {
    try (Relay relay = new Relay(cluster.nodes().get(1).spec().clientPort())) {
      KelsonClient cutOff =
          opened(builder().endpoints(relay.endpoint()).connectTimeout(Duration.ofSeconds(1)));
      client.put(key("stays"), bytes("1"));
      client.put(key("goes"), bytes("1"));
      List<WatchEvent> seen = new CopyOnWriteArrayList<>();
      try (Cache cache = Cache.open(cutOff, key(""), (revision, events) -> seen.addAll(events))) {
        cache.ready().get(60, TimeUnit.SECONDS);
        relay.cut();
        client.put(key("comes"), bytes("1"));
        long revision = client.delete(DeleteOp.key(key("goes"))).header().revision();
        client.compact(revision, true);
        assertThat(cache.get(key("goes"))).as("it answers with what it had").isPresent();
        relay.join();
        cache.awaitRevision(revision).get(60, TimeUnit.SECONDS);
        assertThat(cache.list(key("")).kvs())
            .extracting(KeyValue::key)
            .containsExactly(key("comes"), key("stays"));
        assertThat(seen).hasSize(4);
      }
    }
  }

  @Test
  void noLockIsHeldTwiceWithOneFenceWhileLeadersDie() throws Exception {
    int workers = 3;
    AtomicBoolean stop = new AtomicBoolean();
    List<Long> fences = new CopyOnWriteArrayList<>();
    Record guarded = new Record();
    Watcher watcher = client.watch(WatchOptions.builder(key("guarded")).build(), guarded);
    watcher.created().get(60, TimeUnit.SECONDS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      KelsonClient own = connect();
      Thread thread =
          new Thread(
              () -> {
                while (!stop.get()) {
                  work(own, stop, fences);
                }
              },
              "locker-" + i);
      threads.add(thread);
      thread.start();
    }
    for (int i = 0; i < KILLS; i++) {
      awaitFences(fences, STEPS);
      Leadership leader = cluster.awaitReady(BOUND);
      leader.node().kill9();
      awaitFences(fences, STEPS);
      leader.node().start();
      cluster.awaitReady(BOUND);
    }
    awaitFences(fences, STEPS);
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(fences).doesNotHaveDuplicates();
    KeyValue last = client.range(RangeOp.key(key("guarded"))).kvs().get(0);
    Await.until(
        "the last guarded write", BOUND, () -> guarded.revisions.contains(last.modRevision()));
    // In the order of the store no holder wrote after a younger one had.
    assertThat(guarded.values.stream().map(Long::valueOf).toList())
        .isSorted()
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(STEPS);
  }

  /** Holds, writes under the lock and releases, under one session until that fails. */
  private void work(KelsonClient own, AtomicBoolean stop, List<Long> fences) {
    try (Session session = Session.open(own, 20)) {
      Mutex mutex = new Mutex(session, key("lock"));
      while (!stop.get()) {
        try (Held held = mutex.lock()) {
          fences.add(held.fence());
          own.txn(
              TxnOp.builder()
                  .when(held.stillHeld())
                  .then(PutOp.of(key("guarded"), bytes(Long.toString(held.fence()))))
                  .build());
        }
      }
    } catch (SessionLostException | EtcdException e) {
      // The cluster was away for a while; a new session goes on.
    }
  }

  private static void awaitFences(List<Long> fences, int count) {
    int goal = fences.size() + count;
    Await.until(count + " more locks", BOUND, () -> fences.size() >= goal);
  }

  @Test
  void aHolderThatIsCutOffKnowsAndItsLateWritesAreRefused() throws Exception {
    try (Relay relay = new Relay(cluster.nodes().get(2).spec().clientPort())) {
      KelsonClient cutOff =
          opened(builder().endpoints(relay.endpoint()).connectTimeout(Duration.ofSeconds(1)));
      Session first = Session.open(cutOff, 3);
      Session second = Session.open(client, 30);
      Held held = new Mutex(first, key("lock")).lock();
      CompletableFuture<Held> waiting = new Mutex(second, key("lock")).lockAsync();
      relay.cut();
      first.lost().get(60, TimeUnit.SECONDS);
      assertThat(held.likelyHeld()).isFalse();
      try (Held next = waiting.get(60, TimeUnit.SECONDS)) {
        assertThat(next.fence()).isGreaterThan(held.fence());
        relay.join();
        TxnOp late =
            TxnOp.builder().when(held.stillHeld()).then(PutOp.of(key("k"), bytes("late"))).build();
        assertThat(cutOff.txn(late).succeeded()).isFalse();
      }
      second.close();
    }
  }

  @Test
  void aSessionOutlivesTheRestartOfEveryMember() throws Exception {
    Session session = Session.open(client, 30);
    Held held = new Mutex(session, key("lock")).lock();
    for (ClusterNode node : cluster.nodes()) {
      node.kill9();
    }
    for (ClusterNode node : cluster.nodes()) {
      node.start();
    }
    cluster.awaitReady(BOUND);
    long renewedAfter = client.leases().timeToLive(session.leaseId(), false).ttlSeconds();
    assertThat(renewedAfter).isPositive();
    assertThat(held.likelyHeld()).isTrue();
    assertThat(client.txn(TxnOp.builder().when(held.stillHeld()).build()).succeeded()).isTrue();
    held.close();
    session.close();
  }
}
