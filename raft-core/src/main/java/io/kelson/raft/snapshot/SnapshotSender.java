package io.kelson.raft.snapshot;

import io.kelson.raft.core.LogPosition;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.transport.SnapshotStreams;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Ships snapshots of this member's state to others, at most {@value #THREADS} at a time; further
 * ones wait their turn. Thread-safe; no method blocks but {@link #close}.
 */
public final class SnapshotSender implements AutoCloseable {
  /** More would only share the same disk and network. */
  private static final int THREADS = 2;

  private static final long CLOSE_LIMIT_SECONDS = 10;

  private final SnapshotOptions options;
  private final SnapshotSource source;
  private final SnapshotStreams streams;
  private final SnapshotListener listener;
  private final BufferGauge gauge = new BufferGauge();
  private final FileHashes hashes = new FileHashes();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("kelson-snapshot-send", true));

  // Guarded by this.
  private final Map<Long, OutgoingTransfer> running = new HashMap<>();
  private boolean closed;

  /** A sender of what the source holds. */
  public SnapshotSender(
      SnapshotOptions options,
      SnapshotSource source,
      SnapshotStreams streams,
      SnapshotListener listener) {
    this.options = options;
    this.source = source;
    this.streams = streams;
    this.listener = listener;
  }

  /**
   * Ships a snapshot of the state as it is when its turn comes. While one is on its way to that
   * peer, its result is returned and no other begun.
   *
   * @param to the receiver
   * @param term this member's term
   * @return the position that the receiver has installed; fails with {@link SnapshotException}.
   *     Completed on the sender's thread
   */
  public synchronized CompletableFuture<LogPosition> send(long to, long term) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new SnapshotException(Reason.ABORTED, "this member is stopping"));
    }
    OutgoingTransfer present = running.get(to);
    if (present != null) {
      return present.result();
    }
    OutgoingTransfer transfer =
        new OutgoingTransfer(options, source, streams, listener, gauge, hashes, to, term);
    running.put(to, transfer);
    threads.execute(() -> run(transfer));
    return transfer.result();
  }

  private void run(OutgoingTransfer transfer) {
    Runnable completion = transfer.run();
    synchronized (this) {
      running.remove(transfer.to(), transfer);
    }
    // After it is out of the map: whoever hears of a failure may try anew at once.
    completion.run();
  }

  /** Calls a transfer off, if there is one: its result fails with {@link Reason#ABORTED}. */
  public synchronized void abort(long to) {
    OutgoingTransfer transfer = running.get(to);
    if (transfer != null) {
      transfer.abort("called off");
    }
  }

  /** Calls all of them off: this member leads no more. */
  public synchronized void abortAll() {
    List.copyOf(running.values()).forEach(transfer -> transfer.abort("called off"));
  }

  /** Bytes of frames in memory now and the most that ever were; for tests. */
  BufferGauge gauge() {
    return gauge;
  }

  /** Calls all transfers off and waits until their files are closed and deleted. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      List.copyOf(running.values()).forEach(transfer -> transfer.abort("this member is stopping"));
    }
    threads.shutdown();
    try {
      threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
