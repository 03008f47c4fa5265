package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * An observation of an {@link Election} that is running. Thread-safe.
 *
 * <p>It looks up the oldest candidate, then watches that key only; when the key goes, it looks
 * again. Without a candidate it waits for the first.
 */
public final class ElectionObserver implements AutoCloseable {
  private final KelsonClient client;
  private final Bytes prefix;
  private final RangeOp oldest;
  private final Consumer<Leader> listener;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Leader told;
  private volatile Watcher current;

  ElectionObserver(KelsonClient client, Bytes prefix, RangeOp oldest, Consumer<Leader> listener) {
    this.client = client;
    this.prefix = prefix;
    this.oldest = oldest;
    this.listener = listener;
    closed.whenComplete((value, failure) -> closeCurrent());
  }

  /** Completes when the observation is over, exceptionally if it was not closed on this side. */
  public CompletableFuture<Void> closed() {
    return closed.copy();
  }

  /** Ends the observation. Idempotent. */
  @Override
  public void close() {
    closed.complete(null);
  }

  private void closeCurrent() {
    Watcher watcher = current;
    if (watcher != null) {
      watcher.close();
    }
  }

  void look() {
    if (closed.isDone()) {
      return;
    }
    client
        .rangeAsync(oldest)
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                guarded(() -> follow(found));
              } else {
                closed.completeExceptionally(Futures.cause(failure));
              }
            });
  }

  private void follow(RangeResult found) {
    long next = found.header().revision() + 1;
    if (found.kvs().isEmpty()) {
      watch(WatchOptions.builder(prefix).prefix().startRevision(next).noDelete(true).build(), null);
      return;
    }
    KeyValue leader = found.kvs().get(0);
    tell(leader);
    watch(WatchOptions.builder(leader.key()).startRevision(next).build(), leader);
  }

  private void watch(WatchOptions options, KeyValue leader) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    Watcher watcher =
        client.watch(
            options,
            new WatchListener() {
              @Override
              public void onEvents(WatchBatch batch) {
                for (WatchEvent event : batch.events()) {
                  if (over.isDone() || closed.isDone()) {
                    return;
                  }
                  if (leader == null || event.type() == WatchEvent.Type.DELETE) {
                    over.complete(null);
                  } else {
                    guarded(() -> tell(event.kv()));
                  }
                }
              }

              @Override
              public void onClosed(EtcdException cause) {
                if (cause == null || cause instanceof CompactedException) {
                  over.complete(null);
                } else {
                  over.completeExceptionally(cause);
                }
              }
            });
    current = watcher;
    if (closed.isDone()) {
      watcher.close();
    }
    over.whenComplete(
        (value, failure) -> {
          watcher.close();
          if (failure == null) {
            look();
          } else {
            closed.completeExceptionally(failure);
          }
        });
  }

  private void tell(KeyValue kv) {
    Leader leader = Leader.of(kv);
    if (!leader.equals(told)) {
      told = leader;
      listener.accept(leader);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      closed.completeExceptionally(e);
    }
  }
}
