package io.kelson.bench.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Drainable;
import io.grpc.Status;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.RevisionEvents;
import io.kelson.server.watch.WatchAuthorizer;
import io.kelson.server.watch.WatchHub;
import io.kelson.server.watch.WatchSink;
import io.kelson.server.watch.WatchStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * One event from the apply thread to the bytes of every watcher of its key; the streams' executors
 * are this thread.
 *
 * <p>The score is for the event; divide by {@code watchers} for one watcher's share.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class WatchDeliverBenchmark {
  private static final ByteString KEY = StoreFiles.key(1);

  /** Watchers of the key. */
  @Param({"1", "1000"})
  public int watchers;

  /** Streams they are spread over; those that are left without one have nothing to do. */
  @Param({"1", "8"})
  public int streams;

  private final ByteString value;
  private final List<Discard> sinks = new ArrayList<>();
  private WatchHub hub;
  private long revision = 1;

  public WatchDeliverBenchmark() {
    byte[] bytes = new byte[StoreFiles.VALUE_BYTES];
    new Random(1).nextBytes(bytes);
    value = UnsafeByteOperations.unsafeWrap(bytes);
  }

  @Setup(Level.Trial)
  public void watch() {
    hub = WatcherCrowd.of(0).hub();
    List<WatchStream> open = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      sinks.add(new Discard());
      open.add(hub.open(sinks.get(i), Runnable::run, WatchAuthorizer.ALLOW_ALL, false));
    }
    WatchRequest request =
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY))
            .build();
    for (int i = 0; i < watchers; i++) {
      open.get(i % streams).request(request);
    }
    long before = bytes();
    deliver();
    if (bytes() - before < (long) watchers * value.size()) {
      throw new IllegalStateException("not all watchers heard of the event");
    }
  }

  /** One event. */
  @Benchmark
  public long deliver() {
    revision++;
    KeyValue pair =
        KeyValue.newBuilder()
            .setKey(KEY)
            .setValue(value)
            .setCreateRevision(1)
            .setModRevision(revision)
            .setVersion(revision)
            .build();
    Event event = Event.newBuilder().setKv(pair).build();
    hub.applied(List.of(new RevisionEvents(revision, List.of(event))));
    return bytes();
  }

  private long bytes() {
    long sum = 0;
    for (Discard sink : sinks) {
      sum += sink.bytes;
    }
    return sum;
  }

  /** Has the bytes written, as gRPC does, and lets them go. */
  private static final class Discard extends OutputStream implements WatchSink {
    private final byte[] buffer = new byte[1 << 20];
    private int at;
    private long bytes;

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(WatchResponse response) {
      drain(WatchGrpc.getWatchMethod().streamResponse(response));
    }

    private void drain(InputStream message) {
      try {
        bytes += ((Drainable) message).drainTo(this);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      at = at + length > buffer.length ? 0 : at;
      System.arraycopy(source, offset, buffer, at, length);
      at += length;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void complete(Status status) {
      throw new IllegalStateException("the stream was ended: " + status);
    }

    @Override
    public void requestNext() {}
  }
}
