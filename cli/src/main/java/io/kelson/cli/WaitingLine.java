package io.kelson.cli;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.DeleteOp;
import io.kelson.client.EtcdException;
import io.kelson.client.Header;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchBatch;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchListener;
import io.kelson.client.WatchOptions;
import io.kelson.client.Watcher;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Those who wait for a lock or to be elected: each has a key {@code name/lease}, the oldest has
 * what all want, and each waits for the one before it to go. The same keys as etcdctl's, and as its
 * clients'.
 */
final class WaitingLine {
  private final KelsonClient client;
  private final Bytes prefix;

  WaitingLine(KelsonClient client, String name) {
    this.client = client;
    this.prefix = ByteText.bytes(name + "/");
  }

  /**
   * A place in it.
   *
   * @param key its key
   * @param revision when the key was made
   * @param header the word of the store with which the place became the first
   */
  record Place(Bytes key, long revision, Header header) {}

  /** Takes a place and waits until it is the first; fails when the lease ends meanwhile. */
  Place first(HeldLease lease, Bytes value) throws InterruptedException {
    Bytes key = prefix.concat(Bytes.utf8(Long.toHexString(lease.id())));
    Compare isNew = Compare.createRevision(key, Compare.Relation.EQUAL, 0);
    TxnResult joined =
        client.repeatableTxn(
            TxnOp.builder()
                .when(isNew)
                .then(PutOp.builder(key, value).lease(lease.id()).build(), oldest())
                .otherwise(RangeOp.key(key), oldest())
                .build());
    long revision =
        joined.succeeded()
            ? joined.header().revision()
            : ((RangeResult) joined.results().get(0)).kvs().get(0).createRevision();
    RangeResult first = (RangeResult) joined.results().get(1);
    if (first.kvs().isEmpty() || first.kvs().get(0).createRevision() == revision) {
      return new Place(key, revision, joined.header());
    }
    Header header = awaitOlderGone(revision, lease);
    if (client.range(RangeOp.key(key)).kvs().isEmpty()) {
      throw new CliException(ExitCode.ERROR, "session expired");
    }
    return new Place(key, revision, header);
  }

  /** The oldest key. */
  RangeOp oldest() {
    return RangeOp.builder(prefix)
        .rangeEnd(prefix.prefixEnd())
        .sort(RangeOp.SortTarget.CREATE, RangeOp.SortOrder.ASCEND)
        .limit(1)
        .build();
  }

  private Header awaitOlderGone(long revision, HeldLease lease) throws InterruptedException {
    RangeOp before =
        RangeOp.builder(prefix)
            .rangeEnd(prefix.prefixEnd())
            .sort(RangeOp.SortTarget.CREATE, RangeOp.SortOrder.DESCEND)
            .limit(1)
            .createRevisions(0, revision - 1)
            .build();
    while (true) {
      RangeResult older = client.range(before);
      if (older.kvs().isEmpty()) {
        return older.header();
      }
      awaitDeleted(older.kvs().get(0), older.header().revision(), lease);
    }
  }

  private void awaitDeleted(KeyValue kv, long revision, HeldLease lease)
      throws InterruptedException {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    WatchOptions options =
        WatchOptions.builder(kv.key()).startRevision(revision + 1).noPut(true).build();
    Watcher watcher = client.watch(options, new UntilEvent(gone));
    try {
      CompletableFuture.anyOf(gone, lease.lost()).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof EtcdException cause ? cause : new IllegalStateException(e);
    } finally {
      watcher.close();
    }
    if (lease.lost().isDone()) {
      throw new CliException(ExitCode.ERROR, "session expired");
    }
  }

  /** Watches everything in it from the revision after {@code revision} on. */
  Watcher watch(long revision, WatchListener listener) {
    return client.watch(
        WatchOptions.builder(prefix).prefix().startRevision(revision + 1).build(), listener);
  }

  /** Gives a place up. */
  void leave(Place place) {
    client.delete(DeleteOp.key(place.key()));
  }

  /** Completes a future with the first event. */
  private static final class UntilEvent implements WatchListener {
    private final CompletableFuture<Void> done;

    UntilEvent(CompletableFuture<Void> done) {
      this.done = done;
    }

    @Override
    public void onEvents(WatchBatch batch) {
      if (batch.events().stream().anyMatch(event -> event.type() == WatchEvent.Type.DELETE)) {
        done.complete(null);
      }
    }

    @Override
    public void onClosed(EtcdException cause) {
      if (cause != null) {
        done.completeExceptionally(cause);
      }
    }
  }
}
