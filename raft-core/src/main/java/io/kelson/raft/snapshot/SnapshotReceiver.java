package io.kelson.raft.snapshot;

import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import io.kelson.raft.snapshot.proto.SnapshotWire.SnapshotFrame;
import io.kelson.raft.transport.SnapshotStreams;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Takes snapshots in, one at a time: one that is as new or newer ends the one under way and uses
 * what that has received, an older one is refused.
 *
 * <p>Hand it to {@link SnapshotStreams#acceptWith}. A snapshot that was handed to the sink is not
 * interrupted any more. Thread-safe.
 */
public final class SnapshotReceiver implements SnapshotStreams.Entrance, AutoCloseable {
  /** One receives, one waits to take its place, and some may have to be told no meanwhile. */
  private static final int THREADS = 4;

  private static final long CLOSE_LIMIT_SECONDS = 10;

  private final SnapshotOptions options;
  private final SnapshotSink sink;
  private final SnapshotListener listener;
  private final Staging staging;
  private final BufferGauge gauge = new BufferGauge();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          THREADS,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          new DefaultThreadFactory("kelson-snapshot-receive", true));

  // Guarded by this.
  private final Set<FrameStream> open = new HashSet<>();
  private IncomingTransfer newest;
  private IncomingTransfer active;
  private boolean closed;

  private SnapshotReceiver(
      SnapshotOptions options, Staging staging, SnapshotSink sink, SnapshotListener listener) {
    this.options = options;
    this.staging = staging;
    this.sink = sink;
    this.listener = listener;
  }

  /**
   * A receiver that collects files in a directory of its own, on the file system of the store.
   * Whatever a crash has left there is deleted.
   *
   * @throws IOException if it cannot be
   */
  public static SnapshotReceiver open(
      SnapshotOptions options, Path directory, SnapshotSink sink, SnapshotListener listener)
      throws IOException {
    return open(options, SnapshotDisk.REAL, directory, sink, listener);
  }

  static SnapshotReceiver open(
      SnapshotOptions options,
      SnapshotDisk disk,
      Path directory,
      SnapshotSink sink,
      SnapshotListener listener)
      throws IOException {
    Staging staging = new Staging(disk, directory);
    staging.clear();
    return new SnapshotReceiver(options, staging, sink, listener);
  }

  @Override
  public void accepted(long from, ChannelPipeline pipeline) {
    FrameStream stream = FrameStream.addTo(pipeline, from, options.idleTimeoutMillis(), gauge);
    synchronized (this) {
      if (closed) {
        stream.fail(stopping());
        return;
      }
      open.add(stream);
    }
    try {
      threads.execute(() -> serve(from, stream));
    } catch (RejectedExecutionException e) {
      stream.fail(new SnapshotException(Reason.SUPERSEDED, "too many snapshots arrive at once"));
      ended(stream);
    }
  }

  private void serve(long from, FrameStream stream) {
    try {
      SnapshotFrame first = stream.take();
      if (!first.hasManifest()) {
        throw stream.unexpected(first);
      }
      SnapshotManifest manifest = SnapshotManifest.fromWire(first.getManifest());
      run(new IncomingTransfer(from, stream, manifest, staging, sink, listener, options));
      stream.finish(SnapshotFrame.newBuilder().setDone(SnapshotWire.Done.newBuilder()).build());
    } catch (SnapshotException e) {
      listener.receiveFailed(from, e);
      stream.fail(e);
    } catch (RuntimeException e) {
      SnapshotException cause = new SnapshotException(Reason.FAILED, "failed: " + e, e);
      listener.receiveFailed(from, cause);
      stream.fail(cause);
    } finally {
      ended(stream);
    }
  }

  private synchronized void ended(FrameStream stream) {
    stream.release();
    open.remove(stream);
  }

  private void run(IncomingTransfer transfer) throws SnapshotException {
    try {
      admit(transfer);
      transfer.run();
    } finally {
      leave(transfer);
    }
  }

  /** Returns when no other transfer is under way. */
  private synchronized void admit(IncomingTransfer transfer) throws SnapshotException {
    if (newest != null) {
      if (!newest.manifest().yieldsTo(transfer.manifest())) {
        throw superseded(newest);
      }
      newest.abort(superseded(transfer));
    }
    newest = transfer;
    // Whoever waited to be next is not the newest any more.
    notifyAll();
    try {
      while (active != null && newest == transfer && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stopping();
    }
    if (closed) {
      throw stopping();
    }
    // Not even superseded() will do here: whoever took its place may be gone by now.
    transfer.requireNotAborted();
    active = transfer;
  }

  private synchronized void leave(IncomingTransfer transfer) {
    if (active == transfer) {
      active = null;
    }
    if (newest == transfer) {
      newest = null;
    }
    notifyAll();
  }

  private static SnapshotException superseded(IncomingTransfer by) {
    return new SnapshotException(
        Reason.SUPERSEDED, "a " + by.manifest() + " is being received instead");
  }

  private static SnapshotException stopping() {
    return new SnapshotException(Reason.ABORTED, "this member is stopping");
  }

  /** Ends what is under way, unless it was handed over; what was received is deleted. */
  public synchronized void abort() {
    if (newest != null) {
      newest.abort(new SnapshotException(Reason.ABORTED, "called off by the receiver"));
    }
  }

  /** Bytes of frames in memory now and the most that ever were; for tests. */
  BufferGauge gauge() {
    return gauge;
  }

  /** Ends what is under way and waits until its files are closed. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      List.copyOf(open).forEach(stream -> stream.abort(stopping()));
      if (newest != null) {
        newest.abort(stopping());
      }
      notifyAll();
    }
    // A transfer that waits for the sink is interrupted.
    threads.shutdownNow();
    try {
      threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
