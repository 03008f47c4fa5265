package io.kelson.chaos.workload;

import io.kelson.client.Bytes;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchOptions;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Lists a prefix page by page at one revision, watches it from the next on, and reads it again from
 * time to time, so that {@link InformerChecker} can compare what a cache fed by the watch would
 * hold. For one thread.
 */
final class Informer {
  private static final int PAGE = 15;
  private static final int STEP_MILLIS = 100;

  private final Session session;
  private final Recorder recorder;
  private final RandomGenerator random;
  private final Bytes prefix;
  private final ClientIds ids;

  Informer(
      Session session, Recorder recorder, RandomGenerator random, Bytes prefix, ClientIds ids) {
    this.session = session;
    this.recorder = recorder;
    this.random = random;
    this.prefix = prefix;
    this.ids = ids;
  }

  /** One life: a list and the watch after it, for a few seconds. */
  void live() throws InterruptedException {
    long listed = list();
    if (listed == 0) {
      return;
    }
    WatchOptions options =
        WatchOptions.builder(prefix)
            .prefix()
            .startRevision(listed + 1)
            .prevKv(true)
            .progressNotify(true)
            .build();
    WatchCollector watch =
        WatchCollector.open(
            session.history(), recorder.client(), -ids.next(), recorder.node(), options);
    int steps = 20 + random.nextInt(100);
    while (steps-- > 0 && session.goesOn() && !watch.isOver()) {
      Thread.sleep(STEP_MILLIS);
      if (random.nextInt(10) == 0) {
        recorder.txn(Calls.list(prefix));
        watch.requestProgress();
      }
    }
    watch.close();
  }

  /** Reads all pages; the revision they were read at, 0 if one could not be read. */
  private long list() {
    long revision = 0;
    Bytes from = prefix;
    while (true) {
      Optional<TxnResult> page =
          recorder.txn(
              Calls.single(
                  RangeOp.builder(from)
                      .rangeEnd(prefix.prefixEnd())
                      .limit(PAGE)
                      .revision(revision)
                      .build()));
      if (page.isEmpty()) {
        return 0;
      }
      if (revision == 0) {
        revision = page.get().header().revision();
      }
      List<KeyValue> kvs = Calls.kvs(page.get(), 0);
      if (kvs.size() < PAGE) {
        return revision;
      }
      from = kvs.get(kvs.size() - 1).key().concat(Bytes.ZERO);
    }
  }
}
