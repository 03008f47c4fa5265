package io.kelson.chaos.workload;

import io.kelson.chaos.check.Checker;
import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchOptions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Writers, and watchers of ranges with every option, from now and from older revisions. */
final class WatchWorkload extends JudgedWorkload {
  private static final int KEYS = 10;
  private static final int OLDEST = 500;
  private static final int COMPACTION_KEEPS = 2_000;
  private static final int STEP_MILLIS = 50;

  private final AtomicLong newest = new AtomicLong();
  private final AtomicLong compacted = new AtomicLong();
  private final ClientIds watchers = new ClientIds();

  WatchWorkload(Checker... checkers) {
    super("watch", "writers, and watchers of ranges that come, go and start in the past", checkers);
  }

  @Override
  public void work(Session session, int index) throws InterruptedException {
    if (index % 2 == 0) {
      write(session, index);
    } else {
      watch(session, index);
    }
  }

  private void write(Session session, int index) {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    TxnCalls transactions = new TxnCalls(session.prefix(), random, new Values(index + 1_000));
    Values values = new Values(index);
    while (session.goesOn()) {
      int choice = random.nextInt(20);
      Optional<TxnResult> result;
      if (choice < 12) {
        result = recorder.txn(Calls.put(key(session, random.nextInt(KEYS)), values.next()));
      } else if (choice < 15) {
        result = recorder.txn(Calls.delete(key(session, random.nextInt(KEYS))));
      } else {
        result = recorder.txn(transactions.transaction());
      }
      result.ifPresent(answer -> newest.accumulateAndGet(answer.header().revision(), Math::max));
      if (index == 0 && random.nextInt(2_000) == 0) {
        compact(session, recorder);
      }
    }
  }

  private void compact(Session session, Recorder recorder) {
    long to = LoggedSession.compactable(session, newest.get() - COMPACTION_KEEPS);
    if (to > compacted.get()) {
      try {
        recorder.client().compact(to, false);
        compacted.set(to);
      } catch (EtcdException e) {
        // Somebody will do it later; watches that it ended say so in their records.
      }
    }
  }

  private void watch(Session session, int index) throws InterruptedException {
    Recorder recorder = session.recorder(index);
    RandomGenerator random = session.random(index);
    while (session.goesOn()) {
      long client = -watchers.next();
      WatchCollector watch =
          WatchCollector.open(
              session.history(),
              recorder.client(),
              client,
              recorder.node(),
              options(session, random));
      int steps = 10 + random.nextInt(110);
      while (steps-- > 0 && session.goesOn() && !watch.isOver()) {
        Thread.sleep(STEP_MILLIS);
        if (random.nextInt(20) == 0) {
          watch.requestProgress();
        }
      }
      watch.close();
    }
  }

  private WatchOptions options(Session session, RandomGenerator random) {
    WatchOptions.Builder options;
    if (random.nextInt(3) == 0) {
      options = WatchOptions.builder(key(session, random.nextInt(KEYS)));
    } else if (random.nextBoolean()) {
      options = WatchOptions.builder(session.prefix()).prefix();
    } else {
      int first = random.nextInt(KEYS - 1);
      int end = first + 1 + random.nextInt(KEYS - first - 1);
      options = WatchOptions.builder(key(session, first)).rangeEnd(key(session, end));
    }
    long now = newest.get();
    if (now > 1 && random.nextBoolean()) {
      options.startRevision(Math.max(2, now - random.nextInt(OLDEST)));
    } else if (now > 1 && random.nextInt(4) == 0) {
      options.startRevision(now + random.nextInt(200));
    }
    return options
        .prevKv(random.nextBoolean())
        .progressNotify(random.nextBoolean())
        .noPut(random.nextInt(6) == 0)
        .noDelete(random.nextInt(6) == 0)
        .build();
  }

  private static Bytes key(Session session, int index) {
    return session.prefix().concat(Bytes.utf8(String.format("w%02d", index)));
  }
}
