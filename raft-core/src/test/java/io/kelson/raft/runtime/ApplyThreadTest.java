package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Committed;
import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Rejection;
import io.kelson.raft.snapshot.ReceivedSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is applied, in which order, and who hears of it. */
@Timeout(60)
class ApplyThreadTest {
  private final RecordingMachine machine = new RecordingMachine();
  private final BlockingQueue<Long> applied = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final ApplyThread thread =
      new ApplyThread("apply", machine, this::fromLog, 64, applied::add, failure::complete);

  @TempDir Path home;

  @AfterEach
  void close() throws InterruptedException {
    thread.close();
  }

  private static Entry entry(long index) {
    return new Entry(1, index, EntryType.NORMAL, ("c" + index).getBytes(StandardCharsets.UTF_8));
  }

  private List<Entry> fromLog(long lo, long hi, long maxBytes) {
    return List.of(entry(lo));
  }

  private static Committed committed(long... indexes) {
    List<Entry> entries =
        java.util.Arrays.stream(indexes).mapToObj(ApplyThreadTest::entry).toList();
    return new Committed(indexes[0], indexes[indexes.length - 1] + 1, entries);
  }

  private ReceivedSnapshot snapshot(long index) throws Exception {
    Files.writeString(home.resolve("commands"), "from the snapshot\n");
    return new ReceivedSnapshot(home, 2, 1, new LogPosition(1, index), new byte[0]);
  }

  @Test
  void appliesInOrderAlsoWhatHasToBeReadFromTheLog() throws Exception {
    thread.submit(committed(1, 2));
    thread.submit(new Committed(3, 5, List.of()));
    thread.submit(committed(5));
    thread.start();
    assertThat(machine.await(commands -> commands.size() == 5))
        .containsExactly("c1", "c2", "c3", "c4", "c5");
  }

  @Test
  void letsReadsGoOnceTheirIndexIsReached() throws Exception {
    CompletableFuture<String> early = new CompletableFuture<>();
    thread.whenApplied(2, List.of(waiter(early)));
    assertThat(early).isNotDone();
    thread.start();
    thread.submit(committed(1, 2));
    assertThat(early.get()).isEqualTo("ready");
    CompletableFuture<String> late = new CompletableFuture<>();
    thread.whenApplied(1, List.of(waiter(late)));
    assertThat(late).as("an index applied long ago").isCompletedWithValue("ready");
  }

  @Test
  void installsASnapshotBetweenWhatCameBeforeAndAfter() throws Exception {
    CompletableFuture<Void> installed = new CompletableFuture<>();
    thread.submit(committed(1));
    thread.submit(snapshot(10), installed);
    thread.submit(committed(11));
    thread.start();
    installed.get();
    assertThat(machine.await(commands -> commands.contains("c11")))
        .containsExactly("from the snapshot", "c11");
    // The machine is through before the thread has told of it.
    assertThat(List.of(applied.take(), applied.take(), applied.take()))
        .containsExactly(1L, 10L, 11L);
    assertThat(thread.appliedIndex()).isEqualTo(11);
  }

  @Test
  void anEntryOutOfOrderStopsIt() throws Exception {
    thread.submit(committed(2));
    thread.start();
    assertThat(failure.get()).hasMessageContaining("where index 1 was due");
  }

  @Test
  void whoeverWaitsForAnInstallationHearsOfAFailure() throws Exception {
    machine.failWith(new IllegalStateException("cannot apply"));
    CompletableFuture<Void> behind = new CompletableFuture<>();
    thread.submit(committed(1));
    thread.submit(snapshot(10), behind);
    thread.start();
    assertThatThrownBy(behind::get).isInstanceOf(ExecutionException.class);
    failure.get();
    CompletableFuture<Void> later = new CompletableFuture<>();
    thread.submit(snapshot(10), later);
    assertThat(later).isCompletedExceptionally();
  }

  private static ReadWaiter waiter(CompletableFuture<String> outcome) {
    return new ReadWaiter() {
      @Override
      public void ready() {
        outcome.complete("ready");
      }

      @Override
      public void failed(Rejection.Reason reason) {
        outcome.complete("failed: " + reason);
      }
    };
  }
}
