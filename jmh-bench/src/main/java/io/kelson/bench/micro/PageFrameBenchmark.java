package io.kelson.bench.micro;

import com.google.protobuf.ByteString;
import io.grpc.internal.MessageFramer;
import io.grpc.internal.StatsTraceContext;
import io.grpc.internal.WritableBuffer;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.server.mvcc.MvccStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
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
 * A page of 10,000 keys from the bytes of its request to the framed bytes that the transport is
 * given, a mebibyte at a time: read, collected, counted and framed, on one of the read threads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PageFrameBenchmark {
  private static final int PAGES = 64;
  private static final int PAGE_KEYS = 10_000;
  private static final int BUFFER_BYTES = 1 << 20;

  /** Keys in the store. */
  @Param("1000000")
  public int keys;

  private final byte[][] requests = new byte[PAGES][];
  private MvccStore store;
  private ServedDoor door;
  private ServedDoor.Method<?, ?> range;
  private int next;

  @Setup(Level.Trial)
  public void open() throws IOException {
    store = MvccStore.open(StoreFiles.filled(keys), StoreFiles.options());
    door =
        new ServedDoor(
            store,
            proposal -> {
              throw new IllegalStateException("a range is not proposed");
            });
    range = door.method(KVGrpc.getRangeMethod());
    Random random = new Random(1);
    for (int i = 0; i < PAGES; i++) {
      requests[i] =
          RangeRequest.newBuilder()
              .setKey(StoreFiles.key(random.nextInt(Math.max(1, keys - PAGE_KEYS))))
              .setRangeEnd(ByteString.copyFromUtf8("/registry/pods0"))
              .setLimit(PAGE_KEYS)
              .setSerializable(true)
              .build()
              .toByteArray();
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    door.close();
    store.close();
  }

  /** One page. */
  @Benchmark
  public int page() {
    next = (next + 1) % PAGES;
    CompletableFuture<Integer> framed = new CompletableFuture<>();
    range.call(requests[next], answer -> framed.complete(frame(answer)));
    int bytes = framed.join();
    if (bytes < Math.min(keys, PAGE_KEYS) * StoreFiles.VALUE_BYTES) {
      throw new IllegalStateException("a page of " + bytes + " bytes is not whole");
    }
    return bytes;
  }

  private static int frame(InputStream answer) {
    int[] bytes = new int[1];
    MessageFramer framer =
        new MessageFramer(
            (frame, endOfStream, flush, messages) ->
                bytes[0] += frame == null ? 0 : frame.readableBytes(),
            capacity -> new Buffer(Math.min(capacity, BUFFER_BYTES)),
            StatsTraceContext.NOOP);
    framer.writePayload(answer);
    framer.flush();
    return bytes[0];
  }

  private static final class Buffer implements WritableBuffer {
    private final byte[] bytes;
    private int size;

    Buffer(int capacity) {
      bytes = new byte[capacity];
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      System.arraycopy(source, offset, bytes, size, length);
      size += length;
    }

    @Override
    public void write(byte b) {
      bytes[size++] = b;
    }

    @Override
    public int writableBytes() {
      return bytes.length - size;
    }

    @Override
    public int readableBytes() {
      return size;
    }

    @Override
    public void release() {}
  }
}
