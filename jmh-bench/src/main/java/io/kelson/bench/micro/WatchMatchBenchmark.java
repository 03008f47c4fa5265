package io.kelson.bench.micro;

import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchHub;
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
import org.openjdk.jmh.annotations.Warmup;

/** What the apply thread spends on telling the watchers of one change. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g"})
public class WatchMatchBenchmark {
  private static final int EVENTS = 1_024;

  /** Watchers, each of one key that nobody else watches. */
  @Param({"0", "1", "10000", "1000000"})
  public int watchers;

  private final Event[] unwatched = new Event[EVENTS];
  private WatchHub hub;
  private long revision = 1;
  private int next;

  @Setup(Level.Trial)
  public void gather() {
    hub = WatcherCrowd.of(watchers).hub();
    Random random = new Random(3);
    for (int i = 0; i < EVENTS; i++) {
      // Beyond the last key that is watched.
      KeyValue pair =
          KeyValue.newBuilder().setKey(StoreFiles.key(watchers + random.nextInt(EVENTS))).build();
      unwatched[i] = Event.newBuilder().setKv(pair).build();
    }
  }

  /** A change of a key that none of them watches. */
  @Benchmark
  public long matchNobody() {
    revision++;
    next = (next + 1) % EVENTS;
    hub.applied(List.of(new RevisionEvents(revision, List.of(unwatched[next]))));
    return revision;
  }
}
