package io.kelson.bench.micro;

import com.google.protobuf.UnsafeByteOperations;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.raft.core.Proposal;
import io.kelson.server.mvcc.MvccStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A put from the bytes of its request to the bytes that go into the log: parsed, checked, numbered,
 * remembered as waiting, and encoded; with gRPC's bookkeeping of a call, but without its transport.
 *
 * <p>The call is cancelled in the end, so that it does not wait for an answer for ever.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RequestParseBenchmark {
  private static final int REQUESTS = 1_024;

  private final byte[][] requests = new byte[REQUESTS][];
  private Path directory;
  private MvccStore store;
  private ServedDoor door;
  private ServedDoor.Method<?, ?> put;
  private Proposal proposed;
  private int next;

  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = StoreFiles.fresh();
    store = MvccStore.open(directory, StoreFiles.options());
    door = new ServedDoor(store, proposal -> proposed = proposal);
    put = door.method(KVGrpc.getPutMethod());
    Random random = new Random(1);
    for (int i = 0; i < REQUESTS; i++) {
      byte[] value = new byte[StoreFiles.VALUE_BYTES];
      random.nextBytes(value);
      requests[i] =
          PutRequest.newBuilder()
              .setKey(StoreFiles.key(i))
              .setValue(UnsafeByteOperations.unsafeWrap(value))
              .build()
              .toByteArray();
    }
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    door.close();
    store.close();
    StoreFiles.delete(directory.getParent());
  }

  /** One put. */
  @Benchmark
  public byte[] putToLogRecord() {
    next = (next + 1) % REQUESTS;
    proposed = null;
    Runnable cancel =
        put.call(
            requests[next],
            answer -> {
              throw new IllegalStateException("nobody can have answered");
            });
    cancel.run();
    if (proposed.data().length <= requests[next].length) {
      throw new IllegalStateException("not all of the request was proposed");
    }
    return proposed.data();
  }
}
