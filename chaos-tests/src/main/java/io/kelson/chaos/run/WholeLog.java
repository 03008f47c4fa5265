package io.kelson.chaos.run;

import io.kelson.api.EtcdError;
import io.kelson.chaos.Login;
import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Every event of the store from one revision on, through one watch that moves from member to member
 * when it has to. Thread-safe.
 */
final class WholeLog implements AutoCloseable {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final int STEP_MILLIS = 50;

  private final KelsonClient client;
  private final long initialRevision;
  private final List<KeyValue> initial;
  private final List<WatchBatch> batches = new ArrayList<>();
  private Watcher watcher;
  private long events;
  private volatile long revision;
  private volatile EtcdException ended;

  private WholeLog(KelsonClient client, Bytes prefix) {
    this.client = client;
    var before = client.range(RangeOp.prefix(prefix));
    this.initialRevision = before.header().revision();
    this.initial = before.kvs();
    this.revision = initialRevision;
    this.watcher = watch(initialRevision + 1);
  }

  private Watcher watch(long from) {
    return client.watch(
        WatchOptions.builder(Bytes.EMPTY).prefix().startRevision(from).prevKv(true).build(),
        new Listener());
  }

  /** Begins at what the cluster holds now. */
  static WholeLog open(List<String> endpoints, Bytes prefix) {
    KelsonClient client =
        KelsonClient.builder()
            .endpoints(endpoints)
            .credentials(Login.ROOT.user(), Login.ROOT.password())
            .requestTimeout(CALL_TIMEOUT)
            .build();
    try {
      return new WholeLog(client, prefix);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  long initialRevision() {
    return initialRevision;
  }

  List<KeyValue> initial() {
    return initial;
  }

  /** Up to which revision it has come. */
  long revision() {
    return revision;
  }

  /** How many events it has. */
  synchronized long events() {
    return events;
  }

  /** One batch for each revision, in their order. */
  synchronized List<WatchBatch> batches() {
    return List.copyOf(batches);
  }

  /** The store's revision now, by a read that needs a quorum. */
  long currentRevision() {
    return client
        .range(RangeOp.builder(Bytes.EMPTY).prefix().countOnly(true).build())
        .header()
        .revision();
  }

  /** Waits until it has come to that revision; false if it does not in time, or has ended. */
  boolean await(long wanted, Duration bound) throws InterruptedException {
    long deadline = System.nanoTime() + bound.toNanos();
    while (revision < wanted) {
      boolean lost = ended != null && !maybeResume();
      if (lost || System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(STEP_MILLIS);
    }
    return true;
  }

  /**
   * Goes on where it ended, if that was for want of a good token: etcd says of a watch with one
   * that it does not know no more than that it is not permitted, so the client does not get
   * another.
   */
  private boolean maybeResume() {
    if (!ended.text().contains(EtcdError.PERMISSION_DENIED.text())) {
      return false;
    }
    currentRevision(); // Gets another.
    watcher.close();
    ended = null;
    watcher = watch(revision + 1);
    return true;
  }

  /** Why it ended by itself; null if it did not. */
  EtcdException ended() {
    return ended;
  }

  @Override
  public void close() {
    watcher.close();
    client.close();
  }

  private synchronized void add(WatchBatch batch) {
    List<WatchEvent> rest = batch.events();
    while (!rest.isEmpty()) {
      long at = rest.get(0).kv().modRevision();
      int end = 1;
      while (end < rest.size() && rest.get(end).kv().modRevision() == at) {
        end++;
      }
      batches.add(new WatchBatch(batch.header(), rest.subList(0, end)));
      events += end;
      revision = Math.max(revision, at);
      rest = rest.subList(end, rest.size());
    }
  }

  private final class Listener implements WatchListener {
    @Override
    public void onEvents(WatchBatch batch) {
      add(batch);
    }

    @Override
    public void onClosed(EtcdException cause) {
      ended = cause;
    }
  }
}
