package io.kelson.bench.micro;

import io.kelson.api.RangeRequest;
import io.kelson.raft.core.Entry;
import io.kelson.server.apply.Applier;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.mvcc.StoreView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reads of the past, of keys that were written again and again just before. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StoreHistoryBenchmark {
  private static final int FILL_BATCH = 512;
  private static final int RUN = 1_000;

  /** Keys in the store. */
  @Param("100000")
  public int keys;

  /** Puts to random ones of them. */
  @Param("1000000")
  public int events;

  private final Random random = new Random(1);
  private Path directory;
  private MvccStore store;

  @Setup(Level.Trial)
  public void fill() throws IOException {
    directory = StoreFiles.fresh();
    store = MvccStore.open(directory, StoreFiles.options());
    Applier applier = StoreFiles.applier(store);
    for (int at = 0; at < events; at += FILL_BATCH) {
      List<Entry> batch = new ArrayList<>(FILL_BATCH);
      long index = store.applied().index();
      for (int i = 0; i < FILL_BATCH; i++) {
        batch.add(StoreFiles.put(++index, random.nextInt(keys), random));
      }
      applier.apply(batch);
    }
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    store.close();
    StoreFiles.delete(directory.getParent());
  }

  private long someRevision() {
    return 2 + random.nextInt(events - RUN);
  }

  /** A watcher that catches up from somewhere; the score is for one event. */
  @Benchmark
  @OperationsPerInvocation(RUN)
  public List<RevisionEvents> catchUp() {
    long from = someRevision();
    List<RevisionEvents> read = store.read(from, from + RUN, RUN, Long.MAX_VALUE);
    if (read.size() != RUN) {
      throw new IllegalStateException("not every revision is there: " + read.size());
    }
    return read;
  }

  /** One key as it was. */
  @Benchmark
  public RangeResult oldKey() {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(StoreFiles.key(random.nextInt(keys)))
            .setRevision(someRevision())
            .build();
    try (StoreView view = store.acquireView()) {
      return view.range(request);
    }
  }

  /** A thousand keys as they were; the score is for all of them. */
  @Benchmark
  public RangeResult oldPage() {
    int first = random.nextInt(keys - RUN);
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(StoreFiles.key(first))
            .setRangeEnd(StoreFiles.key(first + RUN))
            .setRevision(someRevision())
            .build();
    try (StoreView view = store.acquireView()) {
      return view.range(request);
    }
  }
}
