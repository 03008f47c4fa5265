package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.PersistBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The writer thread: what one sync covers, in which order, and what happens at the end. */
@Timeout(30)
class LogWriterTest {
  private final CrashableDirectory disk = new CrashableDirectory();
  private final GatedDirectory gate = new GatedDirectory(disk);
  private final Recorder recorder = new Recorder();
  private SegmentedLog log;

  /** Keeps every call. */
  private static final class Recorder implements LogWriter.Listener {
    final LinkedBlockingQueue<List<Long>> groups = new LinkedBlockingQueue<>();
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    final List<Long> durable = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void durable(List<PersistBatch> batches) {
      List<Long> writes = batches.stream().map(PersistBatch::write).toList();
      durable.addAll(writes);
      groups.add(writes);
    }

    @Override
    public void failed(Throwable cause) {
      assertThat(failure.complete(cause)).as("told once").isTrue();
    }

    List<Long> next() throws InterruptedException {
      List<Long> group = groups.poll(20, TimeUnit.SECONDS);
      assertThat(group).as("a group within 20 seconds").isNotNull();
      return group;
    }
  }

  @BeforeEach
  void open() throws IOException {
    log =
        SegmentedLog.open(
            LogOptions.builder(gate)
                .segmentBytes(64 << 10)
                .bufferBytes(4 << 10)
                .background(Runnable::run)
                .salts(new Random(1)::nextLong)
                .build());
  }

  @AfterEach
  void close() throws IOException {
    gate.open();
    log.close();
  }

  private static PersistBatch entry(long index) {
    return new PersistBatch(
        index, new HardState(1, 0, 0), List.of(Entry.noop(1, index)), List.of(), true);
  }

  private static PersistBatch unsynced(long write, HardState hardState) {
    return new PersistBatch(write, hardState, List.of(), List.of(), false);
  }

  @Test
  void whatQueuesUpDuringOneSyncSharesTheNext() throws Exception {
    gate.close();
    try (LogWriter writer = new LogWriter(log, recorder)) {
      writer.submit(entry(1));
      gate.awaitArrival();
      for (int i = 2; i <= 50; i++) {
        writer.submit(entry(i));
      }
      assertThat(recorder.groups).isEmpty();
      gate.pass();
      assertThat(recorder.next()).containsExactly(1L);
      gate.awaitArrival();
      assertThat(recorder.groups).as("nothing is durable before the sync returns").isEmpty();
      gate.pass();
      assertThat(recorder.next()).hasSize(49).startsWith(2L).endsWith(50L);
      gate.open();
    }
  }

  @Test
  void aBatchWithoutNeedOfASyncTakesNone() throws Exception {
    try (LogWriter writer = new LogWriter(log, recorder)) {
      writer.submit(entry(1));
      recorder.next();
      long before = disk.forces();
      writer.submit(unsynced(2, new HardState(1, 0, 1)));
      assertThat(recorder.next()).containsExactly(2L);
      writer.submit(unsynced(3, null));
      assertThat(recorder.next()).containsExactly(3L);
      assertThat(disk.forces()).isEqualTo(before);
    }
  }

  @Test
  void aBatchWithoutNeedOfASyncWaitsForEarlierOnes() throws Exception {
    gate.close();
    try (LogWriter writer = new LogWriter(log, recorder)) {
      writer.submit(entry(1));
      gate.awaitArrival();
      writer.submit(unsynced(2, null));
      assertThat(recorder.groups).isEmpty();
      gate.pass();
      assertThat(recorder.next()).containsExactly(1L);
      assertThat(recorder.next()).containsExactly(2L);
      gate.open();
    }
  }

  @Test
  void closingWritesWhatWasSubmitted() throws Exception {
    gate.close();
    LogWriter writer = new LogWriter(log, recorder);
    writer.submit(entry(1));
    gate.awaitArrival();
    writer.submit(entry(2));
    CompletableFuture<Void> closed = CompletableFuture.runAsync(writer::close);
    gate.open();
    closed.get(20, TimeUnit.SECONDS);
    assertThat(recorder.durable).containsExactly(1L, 2L);
    assertThat(writer.submit(entry(3))).isFalse();
    assertThat(recorder.failure).isNotDone();
  }

  @Test
  void aFullQueueMakesTheSubmitterWait() throws Exception {
    gate.close();
    LogWriter writer = new LogWriter(log, recorder, LogMetrics.NONE, 2, "test-log-writer");
    writer.submit(entry(1));
    gate.awaitArrival();
    writer.submit(entry(2));
    writer.submit(entry(3));
    CompletableFuture<Boolean> fourth =
        CompletableFuture.supplyAsync(() -> writer.submit(entry(4)));
    assertThat(writer.queued()).isEqualTo(2);
    assertThat(fourth).isNotDone();
    gate.open();
    assertThat(fourth.get(20, TimeUnit.SECONDS)).isTrue();
    writer.close();
    assertThat(recorder.durable).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void theFirstFailureIsTheLast() throws Exception {
    try (LogWriter writer = new LogWriter(log, recorder)) {
      writer.submit(entry(1));
      recorder.next();
      disk.failAt(CrashableDirectory.Operation.FORCE, 1, "Input/output error");
      long before = disk.forces();
      writer.submit(entry(2));
      assertThat(recorder.failure.get(20, TimeUnit.SECONDS)).hasMessage("Input/output error");
      assertThat(writer.submit(entry(3))).isFalse();
      assertThat(disk.forces()).isEqualTo(before);
    }
    assertThat(recorder.durable).containsExactly(1L);
    assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
  }

  @Test
  void aFailureFreesThoseWhoWait() throws Exception {
    gate.close();
    try (LogWriter writer = new LogWriter(log, recorder, LogMetrics.NONE, 1, "test-log-writer")) {
      writer.submit(entry(1));
      gate.awaitArrival();
      writer.submit(entry(2));
      CompletableFuture<Boolean> third =
          CompletableFuture.supplyAsync(() -> writer.submit(entry(3)));
      disk.losePower();
      gate.open();
      assertThat(third.get(20, TimeUnit.SECONDS)).isFalse();
    }
    assertThat(recorder.durable).isEmpty();
    assertThat(recorder.failure).isDone();
  }

  @Test
  void aListenerThatThrowsStopsTheWriter() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    LogWriter.Listener broken =
        new LogWriter.Listener() {
          @Override
          public void durable(List<PersistBatch> batches) {
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void failed(Throwable cause) {
            failure.complete(cause);
          }
        };
    try (LogWriter writer = new LogWriter(log, broken)) {
      writer.submit(entry(1));
      assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessage("broken listener");
      assertThat(writer.submit(entry(2))).isFalse();
    }
  }

  @Test
  void metricsCountGroupsEntriesAndBytes() throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    LogMetrics metrics =
        new LogMetrics() {
          @Override
          public void synced(int batches, int entries, long bytes, long syncNanos) {
            assertThat(syncNanos).isNotNegative();
            seen.add(batches + " " + entries + " " + bytes);
          }
        };
    gate.close();
    try (LogWriter writer = new LogWriter(log, recorder, metrics, 10, "test-log-writer")) {
      writer.submit(entry(1));
      gate.awaitArrival();
      writer.submit(entry(2));
      writer.submit(entry(3));
      gate.open();
    }
    assertThat(seen).containsExactly("1 1 32", "2 2 64");
  }

  @Test
  void metricsTellWritesFromSyncs() throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    LogMetrics metrics =
        new LogMetrics() {
          @Override
          public void wrote(int bytes, long nanos) {
            assertThat(nanos).isNotNegative();
            seen.add("wrote " + (bytes > 0));
          }

          @Override
          public void forced(long nanos) {
            assertThat(nanos).isNotNegative();
            seen.add("forced");
          }
        };
    try (SegmentedLog measured =
        SegmentedLog.open(
            LogOptions.builder(new CrashableDirectory())
                .segmentBytes(64 << 10)
                .background(Runnable::run)
                .metrics(metrics)
                .build())) {
      assertThat(measured.metrics()).isSameAs(metrics);
      measured.write(entry(1));
      assertThat(seen).as("nothing leaves the buffer before a sync").isEmpty();
      measured.sync();
      assertThat(seen).containsExactly("wrote true", "forced");
    }
  }
}
