package io.kelson.client.cache;

import io.kelson.client.Bytes;
import io.kelson.client.CompactedException;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lists a prefix, then watches it from the very next revision, in one call.
 *
 * <p>The list is read in pages, all at the revision of the first. When the revision to go on from
 * has been compacted, it lists again. Every failure that may pass is waited out, as a watch does; a
 * refusal ends it. Thread-safe.
 */
public final class ListWatch implements AutoCloseable {
  private static final int PAGE = 1000;

  private final KelsonClient client;
  private final Bytes prefix;
  private final PrefixListener listener;
  private final CompletableFuture<Void> listed = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Watcher watcher;
  private boolean closing;
  private boolean over;

  private ListWatch(KelsonClient client, Bytes prefix, PrefixListener listener) {
    this.client = client;
    this.prefix = prefix;
    this.listener = listener;
  }

  /** Begins; the empty prefix is every key. */
  public static ListWatch start(KelsonClient client, Bytes prefix, PrefixListener listener) {
    ListWatch started = new ListWatch(client, prefix, listener);
    started.list();
    return started;
  }

  /** Completes when the first list has been told; fails if it ends before. */
  public CompletableFuture<Void> listed() {
    return listed.copy();
  }

  /** Completes when it is over, exceptionally if it was not closed on this side. */
  public CompletableFuture<Void> closed() {
    return closed.copy();
  }

  /** Asks the server how far it is; the answer is {@link PrefixListener#onProgress}. */
  public void requestProgress() {
    Watcher running;
    synchronized (this) {
      running = watcher;
    }
    if (running != null) {
      running.requestProgress();
    }
  }

  /** Ends it; {@link PrefixListener#onClosed} with null follows. Idempotent. */
  @Override
  public void close() {
    Watcher running;
    synchronized (this) {
      closing = true;
      running = watcher;
    }
    if (running != null) {
      running.close();
    }
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  private void list() {
    RangeOp first = RangeOp.builder(prefix).prefix().limit(PAGE).build();
    page(first, new ArrayList<>());
  }

  private void page(RangeOp page, List<KeyValue> kvs) {
    if (isClosing()) {
      end(null);
      return;
    }
    client
        .rangeAsync(page)
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                take(page, found, kvs);
              } else {
                failed(failure);
              }
            });
  }

  private void failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof CompactedException || mayPass(cause)) {
      list();
    } else if (cause instanceof EtcdException refusal) {
      end(refusal);
    } else {
      end(new EtcdException(ErrorCode.CANCELLED, String.valueOf(cause.getMessage()), cause));
    }
  }

  /** The client has spent its request timeout on these already, so going on at once is no rush. */
  private boolean mayPass(Throwable cause) {
    return cause instanceof EtcdException failure
        && (failure.code() == ErrorCode.DEADLINE_EXCEEDED
            || failure.code() == ErrorCode.UNAVAILABLE)
        && !isClosing();
  }

  private void take(RangeOp page, RangeResult found, List<KeyValue> kvs) {
    kvs.addAll(found.kvs());
    long revision = page.revision() == 0 ? found.header().revision() : page.revision();
    if (found.more()) {
      Bytes last = found.kvs().get(found.kvs().size() - 1).key();
      page(
          RangeOp.builder(last.concat(Bytes.ZERO))
              .rangeEnd(prefix.prefixEnd())
              .limit(PAGE)
              .revision(revision)
              .build(),
          kvs);
      return;
    }
    try {
      listener.onList(revision, kvs);
    } catch (RuntimeException e) {
      end(new EtcdException(ErrorCode.CANCELLED, "the listener failed: " + e, e));
      return;
    }
    listed.complete(null);
    watch(revision + 1);
  }

  private void watch(long fromRevision) {
    WatchOptions options =
        WatchOptions.builder(prefix)
            .prefix()
            .startRevision(fromRevision)
            .progressNotify(true)
            .build();
    try {
      Watcher started = client.watch(options, new Follower());
      boolean late;
      synchronized (this) {
        watcher = started;
        late = closing;
      }
      if (late) {
        started.close();
      }
    } catch (IllegalStateException e) {
      end(null);
    }
  }

  private final class Follower implements WatchListener {
    @Override
    public void onEvents(WatchBatch batch) {
      listener.onEvents(batch);
    }

    @Override
    public void onProgress(Header header) {
      listener.onProgress(header);
    }

    @Override
    public void onClosed(EtcdException cause) {
      if (cause instanceof CompactedException && !isClosing()) {
        list();
      } else {
        end(cause);
      }
    }
  }

  private void end(EtcdException cause) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    EtcdException early =
        cause == null ? new EtcdException(ErrorCode.CANCELLED, "it was closed", null) : cause;
    listed.completeExceptionally(early);
    try {
      listener.onClosed(cause);
    } finally {
      if (cause == null) {
        closed.complete(null);
      } else {
        closed.completeExceptionally(cause);
      }
    }
  }
}
