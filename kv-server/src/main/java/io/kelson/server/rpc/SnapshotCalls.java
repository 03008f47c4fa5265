package io.kelson.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.SnapshotResponse;
import io.kelson.server.KelsonVersion;
import io.kelson.server.backup.Backups;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Snapshot call: a backup of this member's store as a stream of blobs, then its checksum.
 *
 * <p>Each call has a thread of its own, which reads the disk at the speed of whoever takes the
 * backup, and holds two blobs. {@value #MAX_CALLS} calls are served at a time, more are refused
 * with {@code too many requests}: each keeps files on the disk that the store is done with. The
 * links are given back however the call ends. Thread-safe.
 */
final class SnapshotCalls implements AutoCloseable {
  static final int MAX_CALLS = 2;

  /** Twice what etcd sends at a time; beyond that, nothing is gained. */
  static final int BLOB_BYTES = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotCalls.class);
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_LIMIT_SECONDS = 30;

  private final Backups backups;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          MAX_CALLS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          new DefaultThreadFactory("kelson-backup", true));

  SnapshotCalls(Backups backups) {
    this.backups = backups;
  }

  /** Serves a call that has just come in. */
  void serve(StreamObserver<SnapshotResponse> observer) {
    ServerCallStreamObserver<SnapshotResponse> call =
        (ServerCallStreamObserver<SnapshotResponse>) observer;
    Call snapshot = new Call(call);
    try {
      threads.execute(snapshot);
    } catch (RejectedExecutionException e) {
      EtcdError why = threads.isShutdown() ? EtcdError.STOPPED : EtcdError.TOO_MANY_REQUESTS;
      call.onError(why.asException());
    }
  }

  private final class Call implements Runnable {
    private final ServerCallStreamObserver<SnapshotResponse> call;
    private final SendGate gate;

    Call(ServerCallStreamObserver<SnapshotResponse> call) {
      this.call = call;
      this.gate =
          new SendGate(
              call::isReady, call::isCancelled, new Semaphore(1), SendGate.STALL_LIMIT_NANOS);
      call.setOnReadyHandler(gate::changed);
      call.setOnCancelHandler(gate::changed);
    }

    @Override
    public void run() {
      try (Backups.Backup backup = backups.take()) {
        LOG.info("sending a backup of revision {}", backup.manifest().revision());
        gate.work(() -> send(backup));
      } catch (RuntimeException e) {
        // The caller has left, or does not read; to send this does no harm.
        call.onError(Status.fromThrowable(e).asRuntimeException());
        LOG.warn("a backup was not sent to its end: {}", e.getMessage());
      } catch (IOException e) {
        call.onError(failure(e));
      }
    }

    private void send(Backups.Backup backup) {
      try {
        byte[] digest = backup.write(BLOB_BYTES, this::send);
        send(digest, 0);
        call.onCompleted();
        LOG.info("sent a backup of revision {}", backup.manifest().revision());
      } catch (IOException e) {
        call.onError(failure(e));
      }
    }

    private void send(byte[] bytes, long remainingBytes) {
      gate.awaitReady();
      ByteString blob = UnsafeByteOperations.unsafeWrap(bytes);
      call.onNext(
          SnapshotResponse.newBuilder()
              .setRemainingBytes(remainingBytes)
              .setBlob(blob)
              .setVersion(KelsonVersion.CLUSTER)
              .build());
    }

    private RuntimeException failure(IOException e) {
      LOG.error("a backup could not be taken or read", e);
      return Status.INTERNAL
          .withDescription("kelson: the backup could not be taken: " + e.getMessage())
          .asRuntimeException();
    }
  }

  /** Ends the calls under way soon, and takes no more. Any thread, never blocks. */
  void stop() {
    threads.shutdownNow();
  }

  /**
   * The same, and waits until no thread of theirs is in the store or its directory any more, or for
   * {@value #CLOSE_LIMIT_SECONDS} seconds: a checkpoint on a full disk may take for ever, and
   * nothing interrupts it. Call before the store is closed, which stays open to them even then.
   */
  @Override
  public void close() {
    stop();
    try {
      if (!threads.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn(
            "a backup is still being taken after {} s; what it leaves below snapshot-outgoing the"
                + " next start deletes",
            CLOSE_LIMIT_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
