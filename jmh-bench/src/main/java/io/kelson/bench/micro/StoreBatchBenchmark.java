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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A group of puts from log entries to answers, by its size: what is paid once for each write to the
 * database, and what for each put. Keys that are new go into the counted index besides.
 *
 * <p>The score is for the group; divide by {@code operations} for one put.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(1)
public class StoreBatchBenchmark {
  private static final int KEYS = 100_000;

  /** Puts that are applied together. */
  @Param({"1", "16", "256"})
  public int operations;

  /** Whether each put is of a key that was not there; else of one of 100,000 that are. */
  @Param({"false", "true"})
  public boolean newKeys;

  private final Random random = new Random(1);
  private final List<Entry> batch = new ArrayList<>();
  private Path directory;
  private MvccStore store;
  private Applier applier;
  private int created;

  @Setup(Level.Trial)
  public void fill() throws IOException {
    directory = StoreFiles.fresh();
    store = MvccStore.open(directory, StoreFiles.options());
    applier = StoreFiles.applier(store);
    while (created < KEYS) {
      makeEntries(512, true);
      applier.apply(batch);
    }
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    store.close();
    StoreFiles.delete(directory.getParent());
  }

  /** Before the clock starts: in a server it is the log that has the entries. */
  @Setup(Level.Invocation)
  public void makeEntries() {
    makeEntries(operations, newKeys);
  }

  private void makeEntries(int count, boolean isNew) {
    long index = store.applied().index();
    batch.clear();
    for (int i = 0; i < count; i++) {
      int number = isNew ? scattered(created++) : scattered(random.nextInt(KEYS));
      batch.add(StoreFiles.put(++index, number, random));
    }
  }

  /** Numbers that are all different and follow no order: new keys are not the last ones. */
  private static int scattered(int number) {
    return (int) (number * 700_000_001L % 1_000_000_007L);
  }

  /** One group. */
  @Benchmark
  public long apply() {
    applier.apply(batch);
    return store.applied().index();
  }
}
