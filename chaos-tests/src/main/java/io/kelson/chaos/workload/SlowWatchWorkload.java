package io.kelson.chaos.workload;

import io.kelson.chaos.MemberMetrics;
import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.Op;
import io.kelson.client.PutOp;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writers of large values, and watchers that stop reading until their member says that somebody is
 * behind, stay so for a while, and read on. A member keeps a few megabytes for a stream at most;
 * what does not fit it has to read again from its history, without a gap and without telling
 * anything twice.
 */
final class SlowWatchWorkload extends JudgedWorkload {
  private static final int KEYS = 10;
  private static final int OLDEST = 100;

  /** Not as fast as can be: all that is written stays in memory until it is checked. */
  private static final double WRITES_PER_SECOND = 40;

  private static final int LEAST_BYTES = 4 << 10;
  private static final int MOST_BYTES = 24 << 10;
  private static final int STEP_MILLIS = 50;
  private static final int PATIENCE_MILLIS = 6_000;

  private static final Pattern ETCD = Pattern.compile("^etcd 3\\.(\\d+)\\.(\\d+)");

  private final AtomicLong newest = new AtomicLong();
  private final AtomicLong stalls = new AtomicLong();
  private final AtomicLong slowStalls = new AtomicLong();
  private final AtomicLong mostQueuedBytes = new AtomicLong();
  private final ClientIds watchers = new ClientIds();

  /** Every large value, once, however many hear it. */
  private final Map<Bytes, Bytes> values = new ConcurrentHashMap<>();

  SlowWatchWorkload(Checker... checkers) {
    super("slow-watch", "writers of large values, and watchers that stop reading", checkers);
  }

  @Override
  public Map<String, Long> counts() {
    return Map.of(
        "stalls", stalls.get(),
        "slow-stalls", slowStalls.get(),
        "most-watch-queue-bytes", mostQueuedBytes.get());
  }

  @Override
  public Optional<String> missed() {
    return slowStalls.get() > 0
        ? Optional.empty()
        : Optional.of(
            "no member said that a watcher was behind, though %d times streams were not read"
                .formatted(stalls.get()));
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    if (index % 2 == 0) {
      write(session, index);
    } else {
      RandomGenerator random = session.random(index);
      while (session.goesOn()) {
        watch(session, index, random);
        Thread.sleep(STEP_MILLIS);
      }
    }
  }

  private void write(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    Values ids = new Values(index);
    Pacer pacer = new Pacer(WRITES_PER_SECOND);
    while (session.goesOn()) {
      pacer.await();
      recorder
          .txn(call(session, random, ids))
          .ifPresent(answer -> newest.accumulateAndGet(revision(answer), Math::max));
    }
  }

  private static long revision(TxnResult answer) {
    return answer.header().revision();
  }

  private TxnOp call(Session session, RandomGenerator random, Values ids) {
    int choice = random.nextInt(20);
    if (choice < 16) {
      return Calls.single(put(session, random, random.nextInt(KEYS), ids));
    }
    if (choice < 18) {
      return Calls.delete(key(session, random.nextInt(KEYS)));
    }
    int first = random.nextInt(KEYS - 1);
    List<Op> steps =
        List.of(put(session, random, first, ids), put(session, random, first + 1, ids));
    return new TxnOp(List.of(), steps, List.of());
  }

  private PutOp put(Session session, RandomGenerator random, int key, Values ids) {
    int size = LEAST_BYTES + random.nextInt(MOST_BYTES - LEAST_BYTES);
    Bytes value = ids.next().concat(Bytes.utf8(" ".repeat(size)));
    return PutOp.of(key(session, key), once(value));
  }

  private Bytes once(Bytes value) {
    Bytes before = values.putIfAbsent(value, value);
    return before == null ? value : before;
  }

  private void watch(Session session, int index, RandomGenerator random)
      throws InterruptedException {
    int node = session.recorder(index).node();
    String endpoint = session.cluster().endpoint(node);
    List<HeardWatch> watches = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      WatchOptions options = options(session, random);
      watches.add(new HeardWatch(session.history(), -watchers.next(), node, options, this::once));
    }
    try (SlowStream stream = new SlowStream(endpoint, watches)) {
      BooleanSupplier over = stream::isOver;
      await(random.nextInt(500), over);
      stream.pause();
      stall(session, endpoint, stream, random);
      stream.resume();
      long wanted = newest.get();
      await(PATIENCE_MILLIS, () -> stream.heard() >= wanted || stream.isOver());
      maybeRequestProgress(session, stream);
      await(random.nextInt(500), over);
    }
    watches.forEach(watch -> session.history().add(watch.record()));
  }

  /** Waits until the member says that somebody is behind, and then for a while. */
  private void stall(Session session, String endpoint, SlowStream stream, RandomGenerator random)
      throws InterruptedException {
    BooleanSupplier over = () -> stream.isOver() || !session.goesOn();
    long end = deadline(PATIENCE_MILLIS);
    while (!isSlow(endpoint) && !over.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(STEP_MILLIS);
    }
    if (random.nextBoolean()) {
      // It must not be answered before what the stream still has to bring.
      maybeRequestProgress(session, stream);
    }
    await(500 + random.nextInt(1_000), over);
    if (!over.getAsBoolean()) {
      stalls.incrementAndGet();
      // One that only begins in the past would not be behind for so long.
      slowStalls.addAndGet(isSlow(endpoint) ? 1 : 0);
    }
  }

  private static void maybeRequestProgress(Session session, SlowStream stream) {
    if (answersWhenSynced(session.cluster().product())) {
      stream.requestProgress();
    }
  }

  /**
   * Whether a product answers a request for progress only when all has been told. etcd before
   * 3.4.25 and 3.5.8 answers at once (its issue 15220), as this workload has found.
   */
  static boolean answersWhenSynced(String product) {
    Matcher etcd = ETCD.matcher(product);
    if (!etcd.find()) {
      return true;
    }
    int minor = Integer.parseInt(etcd.group(1));
    int patch = Integer.parseInt(etcd.group(2));
    return minor > 5 || minor == 5 && patch >= 8 || minor == 4 && patch >= 25;
  }

  private boolean isSlow(String endpoint) throws InterruptedException {
    MemberMetrics metrics = MemberMetrics.of(endpoint);
    metrics
        .value(MemberMetrics.WATCH_QUEUE_BYTES)
        .ifPresent(bytes -> mostQueuedBytes.accumulateAndGet(bytes, Math::max));
    return metrics.value(MemberMetrics.SLOW_WATCHERS).orElse(0) > 0;
  }

  private static void await(int millis, BooleanSupplier done) throws InterruptedException {
    long end = deadline(millis);
    while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
      Thread.sleep(STEP_MILLIS);
    }
  }

  private static long deadline(int millis) {
    return System.nanoTime() + millis * 1_000_000L;
  }

  private WatchOptions options(Session session, RandomGenerator random) {
    WatchOptions.Builder options = WatchOptions.builder(session.prefix()).prefix();
    if (random.nextInt(3) == 0) {
      options = WatchOptions.builder(key(session, 2)).rangeEnd(key(session, KEYS));
    }
    long now = newest.get();
    if (now > 1 && random.nextInt(3) == 0) {
      options.startRevision(Math.max(2, now - random.nextInt(OLDEST)));
    }
    return options
        .prevKv(random.nextBoolean())
        .progressNotify(random.nextBoolean())
        .noDelete(random.nextInt(6) == 0)
        .build();
  }

  private static Bytes key(Session session, int index) {
    return session.prefix().concat(Bytes.utf8(String.format("s%02d", index)));
  }
}
