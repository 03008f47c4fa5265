package io.kelson.bench.micro;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.PersistBatch;
import io.kelson.raft.log.DiskDirectory;
import io.kelson.raft.log.LogOptions;
import io.kelson.raft.log.SegmentedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A batch of entries into the write-ahead log: what one write of the log writer costs with that
 * many puts on it, and what the same durable.
 *
 * <p>Runs in the working directory's {@code jmh-bench/target}, so that the disk is a real one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LogAppendBenchmark {
  private static final int PAYLOAD_BYTES = 300;
  private static final long KEPT_ENTRIES = 500_000;

  /** Entries per sync. */
  @Param({"1", "16", "256"})
  public int entries;

  private Path directory;
  private SegmentedLog log;
  private long lastIndex;
  private long writes;
  private boolean unsynced;

  @Setup(Level.Trial)
  public void open() throws IOException {
    Path parent = Files.createDirectories(Path.of("jmh-bench", "target", "micro"));
    directory = Files.createTempDirectory(parent, "log");
    log = SegmentedLog.open(LogOptions.builder(DiskDirectory.open(directory)).build());
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    log.close();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Gives segments back between iterations, as snapshots do in a server. */
  @TearDown(Level.Iteration)
  public void cut() throws IOException {
    if (lastIndex > KEPT_ENTRIES) {
      log.cut(new LogPosition(1, lastIndex - KEPT_ENTRIES));
    }
  }

  /** After the clock has stopped: else what is to be synced would grow without end. */
  @TearDown(Level.Invocation)
  public void sync() throws IOException {
    if (unsynced) {
      log.sync();
      unsynced = false;
    }
  }

  /** One write and one sync. */
  @Benchmark
  public long appendAndSync() throws IOException {
    write();
    log.sync();
    return lastIndex;
  }

  /** One write. */
  @Benchmark
  public long append() throws IOException {
    write();
    unsynced = true;
    return lastIndex;
  }

  private void write() throws IOException {
    List<Entry> batch = new ArrayList<>(entries);
    for (int i = 0; i < entries; i++) {
      batch.add(new Entry(1, ++lastIndex, EntryType.NORMAL, new byte[PAYLOAD_BYTES]));
    }
    log.write(new PersistBatch(++writes, null, batch, List.of(), true));
  }
}
