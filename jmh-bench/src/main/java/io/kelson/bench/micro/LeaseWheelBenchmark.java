package io.kelson.bench.micro;

import io.kelson.api.EtcdError;
import io.kelson.server.lease.LeaseAnswer;
import io.kelson.server.lease.LeaseLog;
import io.kelson.server.lease.Lessor;
import io.kelson.server.mvcc.LeaseListener.Change;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.proto.InternalRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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

/** The time of many leases as a leader keeps it, by a clock that is moved by hand. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx2g"})
public class LeaseWheelBenchmark {
  private static final long TERM = 1;

  /** So long that no lease but those that are to be due ever is, nor has to be written down. */
  private static final long LONG_SECONDS = 1_000_000_000;

  private static final int DUE = 1_000;

  /** One lease is kept alive. */
  @Benchmark
  public long renew(Wheel wheel) {
    wheel.nowNanos += 1_000;
    wheel.lessor.renew(TERM, 1 + wheel.random.nextInt(wheel.leases), wheel.answer);
    return wheel.answer.take();
  }

  /** A thousand leases are found to be over, proposed as one entry, and gone once it is applied. */
  @Benchmark
  public long expire(DueLeases due) {
    Wheel wheel = due.wheel;
    wheel.lessor.tick();
    int proposed = wheel.log.takeAll();
    wheel.lessor.leasesChanged(due.ends);
    wheel.log.done();
    if (proposed != DUE || wheel.lessor.size() != wheel.leases) {
      throw new IllegalStateException(proposed + " leases were found to be over, not " + DUE);
    }
    return proposed;
  }

  /** The leases. */
  @State(Scope.Thread)
  public static class Wheel {
    /** Leases that are not due. */
    @Param({"10000", "1000000"})
    public int leases;

    private final Random random = new Random(1);
    private final Log log = new Log();
    private final Answer answer = new Answer();
    private long nowNanos;
    private long lastId;
    private Path directory;
    private MvccStore store;
    private Lessor lessor;

    @Setup(Level.Trial)
    public void lead() throws IOException {
      directory = StoreFiles.fresh();
      store = MvccStore.open(directory, StoreFiles.options());
      lessor = new Lessor(store, log, Runnable::run, () -> nowNanos, 0);
      lessor.lead(TERM);
      lessor.leasesChanged(grants(leases, LONG_SECONDS));
      if (lessor.size() != leases) {
        throw new IllegalStateException("not all leases were taken in");
      }
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
      store.close();
      StoreFiles.delete(directory.getParent());
    }

    private List<Change> grants(int count, long seconds) {
      List<Change> grants = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        long id = ++lastId;
        grants.add(new Change(new LeaseRecord(id, seconds, seconds, id), false));
      }
      return grants;
    }
  }

  /** A thousand more leases, whose time is up. */
  @State(Scope.Thread)
  public static class DueLeases {
    // Kept from the setup: as a second argument of the benchmark JMH would make a second one.
    private Wheel wheel;
    private List<Change> ends = List.of();

    /** Before the clock starts. */
    @Setup(Level.Invocation)
    public void grant(Wheel leases) {
      wheel = leases;
      List<Change> grants = wheel.grants(DUE, 1);
      wheel.lessor.leasesChanged(grants);
      wheel.nowNanos += TimeUnit.SECONDS.toNanos(2);
      ends = grants.stream().map(change -> new Change(change.lease(), true)).toList();
    }
  }

  private static final class Log implements LeaseLog {
    private final Queue<InternalRequest> entries = new ArrayDeque<>();
    private final Queue<Consumer<EtcdError>> waiting = new ArrayDeque<>();

    @Override
    public void propose(InternalRequest.Builder request, Consumer<EtcdError> done) {
      entries.add(request.build());
      waiting.add(done);
    }

    @Override
    public void confirm(Consumer<EtcdError> done) {
      done.accept(null);
    }

    int takeAll() {
      int count = 0;
      for (InternalRequest next = entries.poll(); next != null; next = entries.poll()) {
        count += next.getLeaseExpiry().getLeasesCount();
      }
      return count;
    }

    void done() {
      for (Consumer<EtcdError> next = waiting.poll(); next != null; next = waiting.poll()) {
        next.accept(null);
      }
    }
  }

  private static final class Answer implements LeaseAnswer {
    private long seconds;

    @Override
    public void answered(long number) {
      seconds = number;
    }

    @Override
    public void failed(EtcdError error) {
      throw new IllegalStateException("a renewal was refused: " + error.text());
    }

    long take() {
      long taken = seconds;
      if (taken != LONG_SECONDS) {
        throw new IllegalStateException("a renewal was not answered, or with " + taken);
      }
      seconds = 0;
      return taken;
    }
  }
}
