package io.kelson.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kelson.chaos.Await;
import io.kelson.client.Bytes;
import io.kelson.client.KelsonClient;
import io.kelson.client.LeaderKey;
import io.kelson.client.LockResult;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnOp;
import io.kelson.client.coordination.Barrier;
import io.kelson.client.coordination.Counter;
import io.kelson.client.coordination.DoubleBarrier;
import io.kelson.client.coordination.Election;
import io.kelson.client.coordination.ElectionObserver;
import io.kelson.client.coordination.Held;
import io.kelson.client.coordination.Leader;
import io.kelson.client.coordination.Mutex;
import io.kelson.client.coordination.ReadWriteLock;
import io.kelson.client.coordination.Semaphore;
import io.kelson.client.coordination.Session;
import io.kelson.client.coordination.SessionLostException;
import io.kelson.client.coordination.Stm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks, elections and the like, among several clients. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class CoordinationSuite extends ClientSuite {
  private static final int WORKERS = 4;
  private static final Duration SHORT = Duration.ofMillis(200);

  CoordinationSuite(Product product) {
    super(product);
  }

  private synchronized Session session() {
    return Session.open(connect(), 30);
  }

  /** Runs it that many times together and waits for all. */
  private static <T> List<T> together(int times, Callable<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        running.add(threads.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : running) {
        results.add(future.get(BOUND.toSeconds(), TimeUnit.SECONDS));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void oneHoldsTheMutexAtATimeAndFencesGrow() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    List<Long> fences = new CopyOnWriteArrayList<>();
    together(
        WORKERS,
        () -> {
          try (Session session = session()) {
            Mutex mutex = new Mutex(session, key("lock"));
            for (int i = 0; i < 10; i++) {
              try (Held held = mutex.lock()) {
                assertThat(inside.incrementAndGet()).isEqualTo(1);
                fences.add(held.fence());
                inside.decrementAndGet();
              }
            }
          }
          return null;
        });
    assertThat(fences).hasSize(WORKERS * 10).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void threadsThatShareASessionExcludeEachOther() throws Exception {
    try (Session session = session()) {
      Mutex mutex = new Mutex(session, key("lock"));
      try (Held held = mutex.lock()) {
        assertThat(held.likelyHeld()).isTrue();
        assertThat(mutex.tryLock()).isEmpty();
        assertThat(mutex.lock(SHORT)).isEmpty();
      }
      // Those who gave up have left the queue.
      try (Held again = mutex.tryLock().orElseThrow()) {
        assertThat(again.fence()).isPositive();
      }
    }
  }

  @Test
  void itQueuesTogetherWithTheServersOwnLocksAndElections() throws Exception {
    try (Session session = session()) {
      Held held = new Mutex(session, key("lock")).lock();
      long lease = client.leases().grant(600).id();
      CompletableFuture<LockResult> theirs = client.locks().lockAsync(key("lock"), lease);
      Await.until(
          "two in the queue", BOUND, () -> client.range(RangeOp.prefix(key("lock/"))).count() == 2);
      assertThat(theirs).isNotDone();
      held.close();
      Bytes lockKey = theirs.get(60, TimeUnit.SECONDS).key();
      Mutex mutex = new Mutex(session, key("lock"));
      assertThat(mutex.tryLock()).isEmpty();
      client.locks().unlock(lockKey);
      mutex.lock().close();

      LeaderKey office = client.elections().campaign(key("office"), lease, bytes("theirs"));
      Election election = new Election(client, key("office"));
      assertThat(election.leader().map(Leader::value)).contains(bytes("theirs"));
      assertThat(election.leader().map(Leader::fence)).contains(office.revision());
      CompletableFuture<Held> ours = election.campaignAsync(session, bytes("ours"));
      assertThat(ours).isNotDone();
      client.elections().resign(office);
      assertThat(ours.get(60, TimeUnit.SECONDS).fence()).isGreaterThan(office.revision());
      assertThat(client.elections().leader(key("office")).value()).isEqualTo(bytes("ours"));
    }
  }

  @Test
  void aLockIsAConditionOfTransactions() {
    Session session = session();
    Held held = new Mutex(session, key("lock")).lock();
    TxnOp guarded =
        TxnOp.builder().when(held.stillHeld()).then(PutOp.of(key("k"), bytes("v"))).build();
    assertThat(client.txn(guarded).succeeded()).isTrue();
    held.close();
    assertThat(client.txn(guarded).succeeded()).isFalse();
    session.close();
  }

  @Test
  void aLostSessionFreesWhatItHeldAndFailsWhoWaits() throws Exception {
    Session first = session();
    Session second = session();
    Session third = session();
    Held held = new Mutex(first, key("lock")).lock();
    CompletableFuture<Held> waiting = new Mutex(second, key("lock")).lockAsync();
    CompletableFuture<Held> behind = new Mutex(third, key("lock")).lockAsync();
    client.leases().revoke(second.leaseId());
    assertThat(catchThrowable(() -> waiting.get(60, TimeUnit.SECONDS)))
        .hasCauseInstanceOf(SessionLostException.class);
    assertThat(behind).isNotDone();
    client.leases().revoke(first.leaseId());
    Held next = behind.get(60, TimeUnit.SECONDS);
    assertThat(next.fence()).isGreaterThan(held.fence());
    first.lost().get(60, TimeUnit.SECONDS);
    assertThat(held.likelyHeld()).isFalse();
    assertThat(
            catchThrowableOfType(
                SessionLostException.class, () -> new Mutex(first, key("lock")).lock()))
        .isNotNull();
    next.close();
    third.close();
  }

  @Test
  void readersShareAndAWriterIsAlone() throws Exception {
    AtomicInteger readers = new AtomicInteger();
    AtomicInteger writers = new AtomicInteger();
    together(
        WORKERS,
        () -> {
          try (Session session = session()) {
            ReadWriteLock lock = new ReadWriteLock(session, key("rw"));
            for (int i = 0; i < 5; i++) {
              try (Held held = lock.readLock()) {
                assertThat(held.fence()).isPositive();
                readers.incrementAndGet();
                assertThat(writers).hasValue(0);
                readers.decrementAndGet();
              }
              try (Held held = lock.writeLock()) {
                assertThat(held.fence()).isPositive();
                assertThat(writers.incrementAndGet()).isEqualTo(1);
                assertThat(readers).hasValue(0);
                writers.decrementAndGet();
              }
            }
          }
          return null;
        });
    try (Session session = session()) {
      ReadWriteLock lock = new ReadWriteLock(session, key("rw"));
      try (Held one = lock.readLock();
          Held two = lock.readLock()) {
        assertThat(one.fence()).isLessThan(two.fence());
        assertThat(lock.writeLock(SHORT)).isEmpty();
      }
    }
  }

  @Test
  void aSemaphoreGivesOutItsPermitsAndNoMore() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    together(
        WORKERS,
        () -> {
          try (Session session = session()) {
            Semaphore semaphore = new Semaphore(session, key("permits"), 2);
            for (int i = 0; i < 5; i++) {
              try (Held held = semaphore.acquire()) {
                assertThat(held.fence()).isPositive();
                assertThat(inside.incrementAndGet()).isLessThanOrEqualTo(2);
                inside.decrementAndGet();
              }
            }
          }
          return null;
        });
    try (Session session = session()) {
      Semaphore semaphore = new Semaphore(session, key("permits"), 2);
      Held one = semaphore.acquire();
      Held two = semaphore.acquire();
      assertThat(semaphore.tryAcquire()).isEmpty();
      assertThat(semaphore.acquire(SHORT)).isEmpty();
      one.close();
      semaphore.tryAcquire().orElseThrow().close();
      two.close();
    }
  }

  @Test
  void aBarrierHoldsEverybodyUntilItIsReleased() throws Exception {
    Barrier barrier = new Barrier(client, key("gate"));
    assertThat(barrier.await(BOUND)).isTrue();
    assertThat(barrier.hold()).isTrue();
    assertThat(barrier.hold()).isFalse();
    assertThat(barrier.await(SHORT)).isFalse();
    CompletableFuture<Void> waiting = new Barrier(connect(), key("gate")).passedAsync();
    assertThat(waiting).isNotDone();
    assertThat(barrier.release()).isTrue();
    waiting.get(60, TimeUnit.SECONDS);
    assertThat(barrier.release()).isFalse();
  }

  @Test
  void aDoubleBarrierLetsAllBeginAndEndTogether() throws Exception {
    AtomicInteger arrived = new AtomicInteger();
    AtomicInteger left = new AtomicInteger();
    together(
        WORKERS,
        () -> {
          try (Session session = session()) {
            DoubleBarrier barrier = new DoubleBarrier(session, key("round"), WORKERS);
            arrived.incrementAndGet();
            barrier.enter();
            assertThat(arrived).hasValue(WORKERS);
            left.incrementAndGet();
            barrier.leave();
            assertThat(left).hasValue(WORKERS);
          }
          return null;
        });
    assertThat(client.range(RangeOp.prefix(key("round"))).kvs()).isEmpty();
  }

  @Test
  void candidatesLeadOneAfterTheOtherAndAllHearOfIt() throws Exception {
    Election election = new Election(client, key("office"));
    List<Leader> seen = new CopyOnWriteArrayList<>();
    try (ElectionObserver observer = election.observe(seen::add)) {
      assertThat(election.leader()).isEmpty();
      Session ann = session();
      Session bob = session();
      Held office = election.campaign(ann, bytes("ann"));
      assertThat(election.leader().orElseThrow().value()).isEqualTo(bytes("ann"));
      awaitValues(seen, "ann");
      CompletableFuture<Held> next = election.campaignAsync(bob, bytes("bob"));
      assertThat(election.campaign(session(), bytes("cid"), SHORT)).isEmpty();
      assertThat(election.proclaim(office, bytes("ann again"))).isTrue();
      awaitValues(seen, "ann", "ann again");
      assertThat(next).isNotDone();
      office.close();
      assertThat(next.get(60, TimeUnit.SECONDS).fence()).isGreaterThan(office.fence());
      assertThat(election.proclaim(office, bytes("too late"))).isFalse();
      awaitValues(seen, "ann", "ann again", "bob");
      bob.close();
      assertThat(election.leader()).isEmpty();
      assertThat(observer.closed()).isNotDone();
    }
  }

  private static void awaitValues(List<Leader> seen, String... values) {
    Await.until(
        "to hear " + List.of(values),
        BOUND,
        () -> seen.stream().map(leader -> leader.value().utf8()).toList().equals(List.of(values)));
  }

  @Test
  void transactionsInMemoryAreAsIfAlone() throws Exception {
    int accounts = 5;
    for (int i = 0; i < accounts; i++) {
      client.put(key("account" + i), bytes("100"));
    }
    AtomicInteger next = new AtomicInteger();
    together(
        WORKERS,
        () -> {
          KelsonClient own = connect();
          for (int i = 0; i < 20; i++) {
            int turn = next.getAndIncrement();
            Bytes from = key("account" + turn % accounts);
            Bytes to = key("account" + (turn + 1 + turn / accounts) % accounts);
            Stm.run(own, view -> move(view, from, to));
            int total =
                Stm.run(
                    own,
                    view -> {
                      int sum = 0;
                      for (int a = 0; a < accounts; a++) {
                        sum += number(view, key("account" + a));
                      }
                      return sum;
                    });
            assertThat(total).isEqualTo(accounts * 100);
          }
          return null;
        });
  }

  private static Void move(Stm.View view, Bytes from, Bytes to) {
    if (!from.equals(to)) {
      view.put(from, bytes("" + (number(view, from) - 1)));
      view.put(to, bytes("" + (number(view, to) + 1)));
    }
    return null;
  }

  private static int number(Stm.View view, Bytes key) {
    return Integer.parseInt(view.get(key).orElseThrow().utf8());
  }

  @Test
  void aCounterLosesNothing() throws Exception {
    Counter counter = new Counter(client, key("count"));
    assertThat(counter.get()).isZero();
    together(
        WORKERS,
        () -> {
          for (int i = 0; i < 25; i++) {
            counter.addAndGet(2);
          }
          return null;
        });
    assertThat(counter.get()).isEqualTo(WORKERS * 50L);
  }
}
