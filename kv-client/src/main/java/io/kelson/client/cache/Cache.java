package io.kelson.client.cache;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Everything below a prefix, in memory, as of one revision that only grows.
 *
 * <p>A read here asks nobody and sees whole revisions only, but possibly old ones. Who must see
 * what happened before waits first: {@link #awaitRevision} for a revision that is known, as that of
 * a write just made; {@link #awaitNow} for everything acknowledged to anybody before the call. If
 * the connection is lost the cache goes on answering with what it has, and catches up by itself.
 *
 * <p>It holds all keys and values of the prefix in memory. Thread-safe.
 */
public final class Cache implements AutoCloseable {
  private static final long ASK_MILLIS = 100;

  private final KelsonClient client;
  private final Bytes prefix;
  private final Feeder feeder = new Feeder();
  private final Progress progress;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final NavigableMap<Bytes, KeyValue> kvs = new TreeMap<>();
  private final List<CacheListener> listeners = new CopyOnWriteArrayList<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private final ListWatch source;
  private long revision;
  private boolean asking;
  private boolean relisting;
  private boolean over;

  private record Waiter(long revision, CompletableFuture<Void> reached) {}

  private Cache(KelsonClient client, Bytes prefix, CacheListener listener) {
    this.client = client;
    this.prefix = prefix;
    this.progress = new Progress(client);
    if (listener != null) {
      listeners.add(listener);
    }
    this.source = ListWatch.start(client, prefix, feeder);
  }

  /**
   * Begins to fill a cache; wait for {@link #ready} before reading. The empty prefix is all keys.
   */
  public static Cache open(KelsonClient client, Bytes prefix) {
    return new Cache(client, prefix, null);
  }

  /** The same, with one who hears of every change, the first list included. */
  public static Cache open(KelsonClient client, Bytes prefix, CacheListener listener) {
    return new Cache(client, prefix, listener);
  }

  /** Completes when the cache has been filled; fails if it cannot be. */
  public CompletableFuture<Void> ready() {
    return source.listed();
  }

  /** Completes when it is over, exceptionally if it was not closed on this side. */
  public CompletableFuture<Void> closed() {
    return source.closed();
  }

  /** Adds one who hears of every change from now on. */
  public void listen(CacheListener listener) {
    listeners.add(listener);
  }

  /** As of which revision the cache answers; 0 before it has been filled. */
  public long revision() {
    lock.readLock().lock();
    try {
      return revision;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** One key. */
  public Optional<KeyValue> get(Bytes key) {
    lock.readLock().lock();
    try {
      return Optional.ofNullable(kvs.get(key));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** All keys that begin with {@code prefix}, in their order, as of one revision. */
  public CacheView list(Bytes prefix) {
    lock.readLock().lock();
    try {
      List<KeyValue> found = new ArrayList<>();
      for (KeyValue kv : kvs.tailMap(prefix, true).values()) {
        if (!kv.key().startsWith(prefix)) {
          break;
        }
        found.add(kv);
      }
      return new CacheView(revision, found);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Completes when the cache has come to {@code revision}, which may lie in the future. */
  public CompletableFuture<Void> awaitRevision(long revision) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    boolean ask;
    lock.writeLock().lock();
    try {
      if (this.revision >= revision) {
        reached.complete(null);
        return reached;
      }
      if (over) {
        reached.completeExceptionally(new IllegalStateException("the cache is closed"));
        return reached;
      }
      waiters.add(new Waiter(revision, reached));
      ask = !asking;
      asking = true;
    } finally {
      lock.writeLock().unlock();
    }
    if (ask) {
      ask();
    }
    return reached;
  }

  /**
   * Completes when the cache shows everything that was acknowledged before this call: a read after
   * that is linearizable.
   */
  public CompletableFuture<Void> awaitNow() {
    // Any read would do; this one needs no right that filling the cache did not.
    Bytes key = prefix.isEmpty() ? Bytes.ZERO : prefix;
    return client
        .rangeAsync(RangeOp.builder(key).countOnly(true).build())
        .thenCompose(answer -> awaitRevision(answer.header().revision()));
  }

  /** Ends it; reads go on with what there is. Idempotent. */
  @Override
  public void close() {
    source.close();
  }

  /**
   * Nothing may happen below the prefix for long: while somebody waits, the server is asked how far
   * it is.
   */
  private void ask() {
    source.requestProgress();
    CompletableFuture.delayedExecutor(ASK_MILLIS, TimeUnit.MILLISECONDS).execute(this::askAgain);
  }

  private void askAgain() {
    lock.writeLock().lock();
    try {
      waiters.removeIf(waiter -> waiter.reached().isDone());
      asking = !waiters.isEmpty() && !over;
      if (!asking) {
        return;
      }
    } finally {
      lock.writeLock().unlock();
    }
    ask();
  }

  /** For members whose word cannot be believed: a list is as good, and dear. One at a time. */
  private void relist() {
    lock.writeLock().lock();
    try {
      if (waiters.isEmpty() || relisting) {
        return;
      }
      relisting = true;
    } finally {
      lock.writeLock().unlock();
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    ListWatch once = ListWatch.start(client, prefix, new OneList(done));
    done.whenComplete(
        (value, failure) -> {
          once.close();
          lock.writeLock().lock();
          relisting = false;
          lock.writeLock().unlock();
        });
  }

  /** Hands the first list on and is done. */
  private final class OneList implements PrefixListener {
    private final CompletableFuture<Void> done;

    OneList(CompletableFuture<Void> done) {
      this.done = done;
    }

    @Override
    public void onList(long at, List<KeyValue> listed) {
      if (!done.isDone()) {
        feeder.onList(at, listed);
        done.complete(null);
      }
    }

    @Override
    public void onEvents(WatchBatch batch) {
      // Those come by the source.
    }

    @Override
    public void onClosed(EtcdException cause) {
      done.complete(null);
    }
  }

  private void complete() {
    List<Waiter> due = new ArrayList<>();
    lock.writeLock().lock();
    try {
      waiters.removeIf(waiter -> waiter.revision() <= revision && due.add(waiter));
    } finally {
      lock.writeLock().unlock();
    }
    due.forEach(waiter -> waiter.reached().complete(null));
  }

  private void tell(long at, List<WatchEvent> events) {
    if (!events.isEmpty()) {
      listeners.forEach(listener -> listener.onChange(at, events));
    }
    complete();
  }

  /** Its methods are synchronized because a list may come in beside the watch. */
  private final class Feeder implements PrefixListener {
    @Override
    public synchronized void onList(long at, List<KeyValue> listed) {
      List<WatchEvent> differences;
      lock.writeLock().lock();
      try {
        if (at < revision) {
          return;
        }
        differences = replace(at, listed);
        revision = at;
      } finally {
        lock.writeLock().unlock();
      }
      tell(at, differences);
    }

    private List<WatchEvent> replace(long at, List<KeyValue> listed) {
      List<WatchEvent> differences = new ArrayList<>();
      NavigableMap<Bytes, KeyValue> gone = new TreeMap<>(kvs);
      for (KeyValue kv : listed) {
        KeyValue before = gone.remove(kv.key());
        if (before == null || before.modRevision() != kv.modRevision()) {
          differences.add(new WatchEvent(WatchEvent.Type.PUT, kv, Optional.ofNullable(before)));
        }
        kvs.put(kv.key(), kv);
      }
      gone.forEach(
          (key, before) -> {
            kvs.remove(key);
            KeyValue deleted = new KeyValue(key, 0, at, 0, Bytes.EMPTY, 0);
            differences.add(new WatchEvent(WatchEvent.Type.DELETE, deleted, Optional.of(before)));
          });
      return differences;
    }

    @Override
    public synchronized void onEvents(WatchBatch batch) {
      List<WatchEvent> fresh = new ArrayList<>(batch.events().size());
      long at;
      lock.writeLock().lock();
      try {
        for (WatchEvent event : batch.events()) {
          // A list may have been ahead of the watch.
          if (event.kv().modRevision() > revision) {
            fresh.add(applied(event));
          }
        }
        List<WatchEvent> events = batch.events();
        at = Math.max(revision, events.get(events.size() - 1).kv().modRevision());
        revision = at;
      } finally {
        lock.writeLock().unlock();
      }
      tell(at, fresh);
    }

    private WatchEvent applied(WatchEvent event) {
      Bytes key = event.kv().key();
      KeyValue before =
          event.type() == WatchEvent.Type.PUT ? kvs.put(key, event.kv()) : kvs.remove(key);
      return new WatchEvent(event.type(), event.kv(), Optional.ofNullable(before));
    }

    @Override
    public void onProgress(Header header) {
      switch (progress.of(header.memberId())) {
        case BELIEVED -> advance(header.revision());
        case DOUBTED -> relist();
        case UNKNOWN -> {
          // Whoever waits asks again in a moment, and by then it is known.
        }
      }
    }

    private void advance(long at) {
      lock.writeLock().lock();
      try {
        revision = Math.max(revision, at);
      } finally {
        lock.writeLock().unlock();
      }
      complete();
    }

    @Override
    public void onClosed(EtcdException cause) {
      List<Waiter> left;
      lock.writeLock().lock();
      try {
        over = true;
        left = List.copyOf(waiters);
        waiters.clear();
      } finally {
        lock.writeLock().unlock();
      }
      IllegalStateException closed = new IllegalStateException("the cache is closed", cause);
      left.forEach(waiter -> waiter.reached().completeExceptionally(closed));
    }
  }
}
