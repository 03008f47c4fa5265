package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.ServerCallStreamObserver;
import io.kelson.api.SnapshotResponse;
import io.kelson.server.backup.Backups;
import io.kelson.server.mvcc.MvccOptions;
import io.kelson.server.mvcc.StoreHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCallsTest {
  @TempDir Path directory;

  /** The clock is read between the checkpoint and the first blob: closing falls just there. */
  @Test
  void closingWaitsUntilTheCheckpointIsDeleted() throws Exception {
    try (StoreHome home = StoreHome.open(directory, MvccOptions.defaults(1))) {
      CompletableFuture<Void> taken = new CompletableFuture<>();
      AtomicReference<Thread> closer = new AtomicReference<>();
      Backups backups =
          new Backups(
              home,
              1,
              () -> {
                taken.complete(null);
                awaitWaitingOrDone(closer);
                return Instant.EPOCH;
              });
      SnapshotCalls calls = new SnapshotCalls(backups);
      Reader reader = new Reader();
      calls.serve(reader);
      taken.get();
      assertThat(checkpoints()).as("while a backup is being taken").hasSize(1);
      AtomicReference<List<Path>> left = new AtomicReference<>();
      closer.set(
          new Thread(
              () -> {
                calls.close();
                left.set(checkpoints());
              }));
      closer.get().start();
      closer.get().join();
      assertThat(left.get()).as("once it is closed").isEmpty();
      Reader late = new Reader();
      calls.serve(late);
      assertThat(late.failure).hasMessageContaining("server stopped");
    }
  }

  /** Until whoever closes waits for this thread, or does not and has come to his end. */
  private static void awaitWaitingOrDone(AtomicReference<Thread> closer) {
    while (true) {
      Thread thread = closer.get();
      Thread.State state = thread == null ? Thread.State.NEW : thread.getState();
      if (state == Thread.State.TERMINATED
          || state == Thread.State.WAITING
          || state == Thread.State.TIMED_WAITING) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  private List<Path> checkpoints() {
    try (Stream<Path> files = Files.list(directory.resolve("snapshot-outgoing"))) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes whatever comes at once. */
  private static final class Reader extends ServerCallStreamObserver<SnapshotResponse> {
    private volatile Throwable failure;

    @Override
    public void onNext(SnapshotResponse blob) {}

    @Override
    public void onError(Throwable cause) {
      failure = cause;
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
