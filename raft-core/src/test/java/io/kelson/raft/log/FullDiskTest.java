package io.kelson.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.HardState;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk without room for the next segment: told early, waited for, and nothing is lost by it. */
@Timeout(30)
class FullDiskTest {
  private static final int ENTRY_BYTES = 1000;

  /** More than what is left of a segment of 16 KiB, less than two of them. */
  private static final int TOO_MANY = 25;

  private final CrashableDirectory disk = new CrashableDirectory();
  private final Recorder recorder = new Recorder();

  /** Keeps every call, in order. */
  private static final class Recorder implements LogWriter.Listener {
    final List<Long> durable = Collections.synchronizedList(new ArrayList<>());
    final LinkedBlockingQueue<String> news = new LinkedBlockingQueue<>();

    @Override
    public void durable(List<PersistBatch> batches) {
      for (PersistBatch batch : batches) {
        durable.add(batch.write());
        news.add("durable " + batch.write());
      }
    }

    @Override
    public void failed(Throwable cause) {
      news.add("failed " + cause.getMessage());
    }

    @Override
    public void full(LogFullException cause) {
      news.add("full");
    }

    @Override
    public void room() {
      news.add("room");
    }

    /** Waits for this piece of news; returns what came before it. */
    List<String> await(String wanted) throws InterruptedException {
      List<String> before = new ArrayList<>();
      String next = news.poll(20, TimeUnit.SECONDS);
      while (!wanted.equals(next)) {
        assertThat(next).as("after %s, waiting for %s", before, wanted).isNotNull();
        before.add(next);
        next = news.poll(20, TimeUnit.SECONDS);
      }
      return before;
    }
  }

  private static Entry entry(long index) {
    return new Entry(1, index, EntryType.NORMAL, new byte[ENTRY_BYTES]);
  }

  private static PersistBatch batch(long index) {
    return new PersistBatch(index, new HardState(1, 0, 0), List.of(entry(index)), List.of(), true);
  }

  private void submit(LogWriter writer, int lo, int hi) {
    for (int i = lo; i < hi; i++) {
      assertThat(writer.submit(batch(i))).isTrue();
    }
  }

  private static void submitWhileTaken(LogWriter writer, int lo, int hi) {
    int next = lo;
    while (next < hi && writer.submit(batch(next))) {
      next++;
    }
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private List<Long> found() throws IOException {
    try (SegmentedLog log = TestLogs.open(disk)) {
      return log.restored(Long.MAX_VALUE).tail().stream().map(Entry::index).toList();
    }
  }

  @ParameterizedTest(name = "the disk claims to have room: {0}")
  @ValueSource(booleans = {false, true})
  void itIsToldWhileTheSegmentStillHasRoom(boolean claims) throws Exception {
    try (SegmentedLog log = TestLogs.open(disk);
        LogWriter writer = new LogWriter(log, recorder)) {
      disk.fill(claims);
      submit(writer, 1, 11);
      recorder.await("full");
      assertThat(disk.list())
          .as("nothing is left of the attempt")
          .doesNotContain(Format.SPARE_NAME);
      writer.submit(new PersistBatch(11, new HardState(2, 3, 0), List.of(), List.of(), true));
      recorder.await("durable 11");

      disk.makeRoom();
      assertThat(recorder.await("room")).doesNotContain("full");
      assertThat(disk.list()).contains(Format.SPARE_NAME);
    }
    assertThat(recorder.news).noneMatch(news -> news.startsWith("failed"));
  }

  @ParameterizedTest(name = "the disk claims to have room: {0}")
  @ValueSource(booleans = {false, true})
  void whatHasNoRoomWaitsForIt(boolean claims) throws Exception {
    try (SegmentedLog log = TestLogs.open(disk);
        LogWriter writer = new LogWriter(log, recorder)) {
      disk.fill(claims);
      submit(writer, 1, TOO_MANY);
      recorder.await("full");
      assertThat(recorder.durable).doesNotContain((long) TOO_MANY - 1);
      disk.makeRoom();
      assertThat(recorder.await("room")).as("room and full alternate").doesNotContain("full");
    }
    assertThat(recorder.durable).isEqualTo(upTo(TOO_MANY - 1));
    assertThat(recorder.news).noneMatch(news -> news.startsWith("failed"));
    assertThat(found()).isEqualTo(upTo(TOO_MANY - 1));
  }

  @Test
  void closingDoesNotWaitForRoom() throws Exception {
    try (SegmentedLog log = TestLogs.open(disk)) {
      LogWriter writer = new LogWriter(log, recorder);
      disk.fill(false);
      submit(writer, 1, TOO_MANY);
      recorder.await("full");
      CompletableFuture.runAsync(writer::close).get(20, TimeUnit.SECONDS);
      assertThat(writer.submit(batch(TOO_MANY))).isFalse();
    }
    assertThat(recorder.news).noneMatch(news -> news.startsWith("failed"));
    assertThat(recorder.durable).isEqualTo(upTo(recorder.durable.size()));
    assertThat(recorder.durable.size()).isBetween(8, 16);
    disk.makeRoom();
    assertThat(found()).isEqualTo(upTo(recorder.durable.size()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aCrashOfAFullDiskLosesNothingThatWasAcknowledged(long seed) throws Exception {
    SegmentedLog log = TestLogs.open(disk);
    LogWriter writer = new LogWriter(log, recorder);
    disk.fill(seed % 2 == 0);
    submit(writer, 1, TOO_MANY);
    recorder.await("full");
    disk.losePower();
    writer.close();
    int acknowledged = recorder.durable.size();
    disk.crash(new Random(seed));

    assertThat(found())
        .as("found while it is still full")
        .hasSizeGreaterThanOrEqualTo(acknowledged);
    disk.makeRoom();
    assertThat(found()).startsWith(upTo(acknowledged).toArray(Long[]::new));
  }

  @Test
  void aBatchGoesOnWhereItStopped() throws Exception {
    List<Entry> entries = LongStream.range(1, TOO_MANY).mapToObj(FullDiskTest::entry).toList();
    PersistBatch batch = new PersistBatch(1, new HardState(7, 2, 3), entries, List.of(), true);
    try (SegmentedLog log = TestLogs.open(disk)) {
      disk.fill(false);
      assertThatThrownBy(() -> log.write(batch)).isInstanceOf(LogFullException.class);
      assertThatThrownBy(() -> log.write(batch)).isInstanceOf(LogFullException.class);
      assertThat(log.shortage()).isPresent();
      disk.makeRoom();
      log.write(batch);
      log.sync();
      assertThat(log.shortage()).isEmpty();
    }
    try (SegmentedLog log = TestLogs.open(disk)) {
      assertThat(log.restored(Long.MAX_VALUE).tail()).isEqualTo(entries);
      assertThat(log.restored(0).hardState()).isEqualTo(new HardState(7, 2, 3));
    }
  }

  @Test
  void whatACutGivesBackIsUsedAgain() throws Exception {
    try (SegmentedLog log = TestLogs.open(disk);
        LogWriter writer = new LogWriter(log, recorder)) {
      submit(writer, 1, TOO_MANY);
      recorder.await("durable " + (TOO_MANY - 1));
      HardState committed = new HardState(1, 0, TOO_MANY - 1);
      writer.submit(new PersistBatch(TOO_MANY, committed, List.of(), List.of(), true));
      recorder.await("durable " + TOO_MANY);
      disk.fill(false);
      // The spare that is there already is used up first.
      submitEntries(writer, TOO_MANY, TOO_MANY + 20);
      recorder.await("full");
      log.cut(new LogPosition(1, TOO_MANY - 1));
      recorder.await("durable " + (TOO_MANY + 20));
    }
  }

  private void submitEntries(LogWriter writer, long lo, long hi) {
    for (long index = lo; index < hi; index++) {
      writer.submit(new PersistBatch(index + 1, null, List.of(entry(index)), List.of(), true));
    }
  }

  @Test
  void aSyncThatFindsNoRoomIsFatal() throws Exception {
    try (SegmentedLog log = TestLogs.open(disk);
        LogWriter writer = new LogWriter(log, recorder)) {
      submit(writer, 1, 2);
      recorder.await("durable 1");
      disk.failAt(CrashableDirectory.Operation.FORCE, 1, "No space left on device");
      submit(writer, 2, 3);
      recorder.await("failed No space left on device");
      assertThatThrownBy(log::sync).isInstanceOf(LogFailedException.class);
    }
  }

  @Test
  void aWriteThatFailsOtherwiseIsFatal() throws Exception {
    try (SegmentedLog log = TestLogs.open(disk);
        LogWriter writer = new LogWriter(log, recorder)) {
      disk.failAt(CrashableDirectory.Operation.CREATE, 1, "Input/output error");
      // The writer may have failed before all of them are there, and takes none from then on.
      submitWhileTaken(writer, 1, TOO_MANY);
      recorder.await("failed cannot prepare the next log segment");
    }
  }
}
