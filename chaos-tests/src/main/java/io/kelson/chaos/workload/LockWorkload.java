package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.coordination.Held;
import io.kelson.client.coordination.Mutex;
import io.kelson.client.coordination.SessionLostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * A lock whose holders write to a guarded resource. Some stop renewing their lease and write later
 * all the same, as a process does that was paused: the resource has to refuse them.
 */
final class LockWorkload extends JudgedWorkload {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

  /**
   * So many holders at least come between two that stop renewing. One that has stopped blocks all
   * until its lease expires, and every new leader gives the lease its whole time to live again:
   * where leaders die every few seconds, the first to stop may be the last that holds the lock.
   */
  private static final int HOLDERS_BETWEEN = 10;

  private final ClientIds holders = new ClientIds();
  private final AtomicReference<FencedResource> resource = new AtomicReference<>();
  private final AtomicInteger sinceOrphan = new AtomicInteger();

  LockWorkload(Checker... checkers) {
    super("lock", "a lock whose holders, late ones too, write to a fenced resource", checkers);
  }

  @Override
  public double leastPerSecond() {
    return 0.5;
  }

  @Override
  public Optional<String> unexplained() {
    return Optional.of("the lock's own keys are written by the client's recipes, not recorded");
  }

  @Override
  public void prepare(Session session) {
    resource.set(new FencedResource(session.history()));
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    RandomGenerator random = session.random(index);
    try (KelsonClient client =
        KelsonClient.builder()
            .endpoints(session.cluster().endpoints())
            .requestTimeout(CALL_TIMEOUT)
            .build()) {
      while (session.goesOn()) {
        try {
          compete(session, client, random);
        } catch (EtcdException | SessionLostException | CompletionException e) {
          // The cluster is in trouble, or the lease is lost: another session, after a while.
          Thread.sleep(50);
        }
      }
    }
  }

  private void compete(Session session, KelsonClient client, RandomGenerator random)
      throws InterruptedException {
    long ttlSeconds = 2 + random.nextInt(3);
    var held = io.kelson.client.coordination.Session.open(client, ttlSeconds);
    boolean orphaned = false;
    try {
      Mutex mutex = new Mutex(held, session.prefix().concat(Bytes.utf8("lock")));
      for (int i = 0; i < 10 && session.goesOn() && held.alive() && !orphaned; i++) {
        Optional<Held> lock = mutex.lock(PATIENCE);
        if (lock.isPresent()) {
          orphaned = stopsRenewing(random);
          use(lock.get(), held, orphaned, ttlSeconds, random);
        }
      }
    } finally {
      if (!orphaned) {
        held.close();
      }
    }
  }

  private boolean stopsRenewing(RandomGenerator random) {
    if (sinceOrphan.incrementAndGet() <= HOLDERS_BETWEEN || random.nextInt(5) > 0) {
      return false;
    }
    sinceOrphan.set(0);
    return true;
  }

  private void use(
      Held lock,
      io.kelson.client.coordination.Session session,
      boolean orphaned,
      long ttlSeconds,
      RandomGenerator random)
      throws InterruptedException {
    long holder = holders.next();
    for (int i = random.nextInt(3); i >= 0; i--) {
      resource.get().write(holder, lock.fence());
      Thread.sleep(random.nextInt(10));
    }
    if (orphaned) {
      session.orphan();
      Thread.sleep(1_000 * (ttlSeconds + 1));
      resource.get().write(holder, lock.fence());
    } else {
      lock.close();
    }
  }
}
