package io.kelson.chaos.workload;

import io.kelson.chaos.history.History;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.CompactedException;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One watch and everything it hears. It is kept in the history when it is closed. Listening and
 * asking may be on different threads.
 */
final class WatchCollector implements WatchListener {
  private static final long CLOSE_SECONDS = 5;

  private final History history;
  private final long client;
  private final int node;
  private final WatchOptions options;
  private final long startNanos;
  private final List<WatchRecord.Item> items = new ArrayList<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private long createdRevision;
  private long compactRevision;
  private long heard;
  private Watcher watcher;

  private WatchCollector(History history, long client, int node, WatchOptions options) {
    this.history = history;
    this.client = client;
    this.node = node;
    this.options = options;
    this.startNanos = history.now();
  }

  /** Starts one through a connection to one member, for a logical client. */
  static WatchCollector open(
      History history, KelsonClient connection, long client, int node, WatchOptions options) {
    WatchCollector collector = new WatchCollector(history, client, node, options);
    collector.watcher = connection.watch(options, collector);
    return collector;
  }

  @Override
  public synchronized void onCreated(Header header) {
    createdRevision = header.revision();
  }

  @Override
  public synchronized void onEvents(WatchBatch batch) {
    items.add(new WatchRecord.Events(history.now(), batch.header().revision(), batch.events()));
    List<WatchEvent> events = batch.events();
    heard = Math.max(heard, events.get(events.size() - 1).kv().modRevision());
  }

  @Override
  public synchronized void onProgress(Header header) {
    items.add(new WatchRecord.Progress(history.now(), header.revision()));
    heard = Math.max(heard, header.revision());
  }

  @Override
  public synchronized void onInterrupted(EtcdException cause) {
    // Before the watch was created there was none to interrupt: the member could not be reached.
    if (createdRevision != 0) {
      items.add(new WatchRecord.Interrupted(history.now(), cause.code() + ": " + cause.text()));
    }
  }

  @Override
  public synchronized void onClosed(EtcdException cause) {
    if (cause instanceof CompactedException compacted) {
      compactRevision = compacted.compactRevision();
    }
    over.complete(null);
  }

  /** Up to which revision everything has been heard. */
  synchronized long heard() {
    return heard;
  }

  /** Whether it has ended by itself. */
  boolean isOver() {
    return over.isDone();
  }

  void requestProgress() {
    watcher.requestProgress();
  }

  /** Ends it and keeps it. */
  void close() throws InterruptedException {
    watcher.close();
    try {
      over.get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // A callback still runs; what it adds after this is not looked at.
    }
    synchronized (this) {
      history.add(
          new WatchRecord(
              client, node, startNanos, createdRevision, options, items, compactRevision));
    }
  }
}
