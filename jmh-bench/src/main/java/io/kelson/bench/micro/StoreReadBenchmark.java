package io.kelson.bench.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.server.mvcc.MvccStore;
import io.kelson.server.mvcc.PairBuffer;
import io.kelson.server.mvcc.RangeResult;
import io.kelson.server.mvcc.RangeScan;
import io.kelson.server.mvcc.StoreView;
import java.io.IOException;
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

/** Reads of a store that is larger than its block cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class StoreReadBenchmark {
  private static final int CACHED_KEYS = 1_000;
  private static final int PAGE_KEYS = 10_000;

  /** Keys in the store. */
  @Param("1000000")
  public int keys;

  private final Random random = new Random(1);
  private final RangeRequest[] gets = new RangeRequest[CACHED_KEYS];
  private final RangeRequest[] misses = new RangeRequest[CACHED_KEYS];
  private final byte[] page = new byte[PAGE_KEYS * (StoreFiles.VALUE_BYTES + 100)];
  private final PairBuffer pair = new PairBuffer();
  private MvccStore store;

  @Setup(Level.Trial)
  public void open() throws IOException {
    store = MvccStore.open(StoreFiles.filled(keys), StoreFiles.options());
    for (int i = 0; i < CACHED_KEYS; i++) {
      gets[i] = RangeRequest.newBuilder().setKey(StoreFiles.key(random.nextInt(keys))).build();
      misses[i] =
          RangeRequest.newBuilder()
              .setKey(StoreFiles.key(random.nextInt(keys)).concat(ByteString.copyFromUtf8("-")))
              .build();
      try (StoreView view = store.acquireView()) {
        view.range(gets[i]);
        view.range(misses[i]);
      }
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    store.close();
  }

  /** A key whose block is in the cache, as an event loop reads it. */
  @Benchmark
  public RangeResult cachedKey() {
    try (StoreView view = store.acquireView()) {
      return view.maybeRangeInMemory(gets[random.nextInt(CACHED_KEYS)]).orElseThrow();
    }
  }

  /** A key that does not exist, between two that do; what says so is in the cache. */
  @Benchmark
  public RangeResult absentKey() {
    try (StoreView view = store.acquireView()) {
      RangeResult result =
          view.maybeRangeInMemory(misses[random.nextInt(CACHED_KEYS)]).orElseThrow();
      if (result.count() != 0) {
        throw new IllegalStateException("a key is there that was never put");
      }
      return result;
    }
  }

  private RangeRequest.Builder from(int number) {
    return RangeRequest.newBuilder()
        .setKey(StoreFiles.key(number))
        .setRangeEnd(ByteString.copyFromUtf8("/registry/pods0"));
  }

  /** Ten thousand keys from anywhere, as bytes of a response, with the count of all that follow. */
  @Benchmark
  public int page() throws IOException {
    int first = keys <= PAGE_KEYS ? 0 : random.nextInt(keys - PAGE_KEYS);
    CodedOutputStream out = CodedOutputStream.newInstance(page);
    try (StoreView view = store.acquireView();
        RangeScan scan = view.scan(from(first).setLimit(PAGE_KEYS).build())) {
      while (scan.next(pair)) {
        out.writeTag(RangeResponse.KVS_FIELD_NUMBER, 2);
        out.writeUInt32NoTag(pair.length());
        out.write(pair.bytes(), 0, pair.length());
      }
      out.writeInt64(RangeResponse.COUNT_FIELD_NUMBER, scan.count());
    }
    return out.getTotalBytesWritten();
  }

  /** How many keys there are before a random one. */
  @Benchmark
  public long rank() {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(StoreFiles.key(0))
            .setRangeEnd(StoreFiles.key(1 + random.nextInt(keys)))
            .setCountOnly(true)
            .build();
    try (StoreView view = store.acquireView()) {
      return view.range(request).count();
    }
  }

  /** How many keys there are in a random hundredth. */
  @Benchmark
  public long countPart() {
    int width = Math.max(1, keys / 100);
    int first = random.nextInt(keys - width + 1);
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(StoreFiles.key(first))
            .setRangeEnd(StoreFiles.key(first + width))
            .setCountOnly(true)
            .build();
    try (StoreView view = store.acquireView()) {
      long count = view.range(request).count();
      if (count != width) {
        throw new IllegalStateException(count + " keys were counted where there are " + width);
      }
      return count;
    }
  }

  /** How many keys there are from a random one on. */
  @Benchmark
  public long count() {
    RangeRequest request = from(random.nextInt(keys / 100 + 1)).setCountOnly(true).build();
    try (StoreView view = store.acquireView()) {
      return view.range(request).count();
    }
  }
}
