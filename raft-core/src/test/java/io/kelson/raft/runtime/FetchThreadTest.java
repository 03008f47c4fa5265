package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogFetch;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.log.CrashableDirectory;
import io.kelson.raft.log.LogDamagedException;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read from the log for a follower, and what happens if it cannot be read. */
@Timeout(60)
class FetchThreadTest {
  private static final String SEGMENT = "0000000000000001.log";
  private static final int ENTRIES = 5;

  private final CrashableDirectory disk = new CrashableDirectory();
  private final BlockingQueue<Message> sent = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private SegmentedLog log;
  private FetchThread thread;

  @BeforeEach
  void open() throws IOException {
    log =
        SegmentedLog.open(
            LogOptions.builder(disk).segmentBytes(16 << 10).background(Runnable::run).build());
    for (long index = 1; index <= ENTRIES; index++) {
      log.write(new PersistBatch(index, null, List.of(entry(index)), List.of(), true));
      log.sync();
    }
    thread = new FetchThread("fetch", log::read, 1, sent::add, failure::complete);
    thread.start();
  }

  @AfterEach
  void close() throws Exception {
    thread.close();
    log.close();
  }

  private static Entry entry(long index) {
    return new Entry(1, index, EntryType.NORMAL, ("c" + index).getBytes(StandardCharsets.UTF_8));
  }

  private static LogFetch everything() {
    return new LogFetch(1, 2, 1, LogPosition.ZERO, ENTRIES + 1, 1, 0, 0);
  }

  @Test
  void sendsTheRangeInPortions() throws Exception {
    thread.submit(everything());
    for (long index = 1; index <= ENTRIES; index++) {
      Message.AppendRequest request = (Message.AppendRequest) sent.poll(30, TimeUnit.SECONDS);
      assertThat(request.entries()).containsExactly(entry(index));
    }
    assertThat(failure).isNotDone();
  }

  @Test
  void harmedEntriesAreNotSentAndStopTheMember() throws Exception {
    byte[] content = disk.content(SEGMENT);
    int third = new String(content, StandardCharsets.ISO_8859_1).indexOf("c3");
    disk.flip(SEGMENT, third, 1);
    thread.submit(everything());
    assertThat(failure.get(30, TimeUnit.SECONDS))
        .isInstanceOf(LogDamagedException.class)
        .hasMessageContaining(SEGMENT);
    thread.submit(everything());
    thread.close();
    assertThat(sent)
        .flatExtracting(message -> ((Message.AppendRequest) message).entries())
        .as("entries sent, of which those before the harm may be some")
        .isSubsetOf(entry(1), entry(2));
  }
}
