package io.kelson.bench.micro;

import io.kelson.raft.core.Entry;
import io.kelson.server.apply.Applier;
import io.kelson.server.mvcc.MvccStore;
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

/**
 * Puts of random keys, new and existing, from log entry to answer; flushes and merges included, the
 * making of the entries not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(1)
public class StorePutBenchmark {
  private static final int BATCH = 64;

  /** Keys the puts choose from. */
  @Param("100000")
  public int keys;

  /** Heap for pairs written lately, in MiB. */
  @Param("64")
  public int recentMib;

  private final Random random = new Random(1);
  private final List<Entry> batch = new ArrayList<>(BATCH);
  private Path directory;
  private MvccStore store;
  private Applier applier;

  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = StoreFiles.fresh();
    store =
        MvccStore.open(
            directory, StoreFiles.options().withRecentPairsBytes((long) recentMib << 20));
    applier = StoreFiles.applier(store);
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    store.close();
    StoreFiles.delete(directory.getParent());
  }

  /** Before the clock starts: in a server it is the log that has the entries. */
  @Setup(Level.Invocation)
  public void makeEntries() {
    long index = store.applied().index();
    batch.clear();
    for (int i = 0; i < BATCH; i++) {
      batch.add(StoreFiles.put(++index, random.nextInt(keys), random));
    }
  }

  /** One group of entries; the score is for one put. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long apply() {
    applier.apply(batch);
    return store.applied().index();
  }
}
