package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.server.http.PortUnification;
import io.kelson.server.rpc.RawCalls.Ended;
import io.kelson.server.tls.ConnectionGuard;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Which calls are served from frames and which are gRPC's, and that both are answered the same.
 *
 * <p>Both sides of the server answer a put; by the revision a test sees which of them it was.
 */
@Timeout(120)
class DirectCallsTest {
  private static final long DIRECT = 1;
  private static final long GRPC = 2;
  private static final String PUT = KVGrpc.getPutMethod().getFullMethodName();
  private static final byte[] REQUEST = framed(put("key", 300).toByteArray());

  private final AtomicBoolean plain = new AtomicBoolean(true);
  private final BlockingQueue<String> counted = new LinkedBlockingQueue<>();
  private volatile Consumer<Reply<?>> service = reply -> reply.succeeded(response(DIRECT));
  private Server server;
  private RawCalls calls;

  @BeforeEach
  void start() throws Exception {
    DirectCalls direct =
        new DirectCalls(
            List.of(
                new DirectCalls.Method<>(
                    KVGrpc.getPutMethod(),
                    ShortRequests::maybePut,
                    put -> !put.getPrevKv(),
                    PutResponse.class,
                    (put, reply) -> service.accept(reply))),
            plain::get,
            new SlowRequests(Duration.ZERO),
            (method, version) -> new Counter(method + " of " + version));
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                PortUnification.credentials(null, ConnectionGuard.NONE, direct::attach))
            .directExecutor()
            .addService(
                new KVGrpc.KVImplBase() {
                  @Override
                  public void put(PutRequest put, StreamObserver<PutResponse> observer) {
                    observer.onNext(response(GRPC));
                    observer.onCompleted();
                  }
                })
            .build()
            .start();
    calls = new RawCalls(server.getPort());
  }

  @AfterEach
  void stop() throws Exception {
    calls.close();
    server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS);
  }

  /** Notes what a call ended with. */
  private final class Counter extends ServerStreamTracer {
    private final String call;
    private long in;
    private long out;

    Counter(String call) {
      this.call = call;
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      in += bytes;
    }

    @Override
    public void outboundUncompressedSize(long bytes) {
      out += bytes;
    }

    @Override
    public void streamClosed(Status status) {
      counted.add(call + ": " + status.getCode() + " " + in + " " + out);
    }
  }

  private static PutRequest put(String key, int valueBytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFrom(new byte[valueBytes]))
        .build();
  }

  private static PutResponse response(long revision) {
    return PutResponse.newBuilder()
        .setHeader(ResponseHeader.newBuilder().setRevision(revision))
        .build();
  }

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static Http2Headers headers() {
    return RawCalls.headers(PUT);
  }

  private static void assertAnswered(Ended ended, long revision) throws Exception {
    assertThat(ended.status()).isEqualTo("0");
    ByteBuffer data = ByteBuffer.wrap(ended.data());
    assertThat(data.get()).isZero();
    assertThat(data.getInt()).isEqualTo(data.remaining());
    assertThat(PutResponse.parseFrom(ByteString.copyFrom(data)).getHeader().getRevision())
        .isEqualTo(revision);
  }

  @Test
  void aMessageInOneFrameIsServedFromIt() throws Exception {
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
    assertThat(counted.poll(30, TimeUnit.SECONDS))
        .isEqualTo("%s of null: OK %d %d", PUT, REQUEST.length - 5, 4);
    Http2Headers versioned = headers().add("client-api-version", "3.6");
    assertAnswered(calls.call(versioned).data(REQUEST, 0, true).await(), DIRECT);
    assertThat(counted.poll(30, TimeUnit.SECONDS)).startsWith(PUT + " of 3.6: OK");
  }

  @Test
  void theEndMayComeInAFrameOfItsOwnAndFramesMayBePadded() throws Exception {
    byte[] none = {};
    assertAnswered(
        calls.call(headers()).data(REQUEST, 0, false).data(none, 0, true).await(), DIRECT);
    assertAnswered(calls.call(headers()).data(REQUEST, 100, true).await(), DIRECT);
    assertAnswered(
        calls
            .call(headers())
            .data(none, 0, false)
            .data(REQUEST, 7, false)
            .data(none, 9, true)
            .await(),
        DIRECT);
  }

  @Test
  void aMessageInPiecesIsForGrpcWhereverItIsCut() throws Exception {
    for (int cut = 1; cut < REQUEST.length; cut++) {
      byte[] begin = Arrays.copyOf(REQUEST, cut);
      byte[] end = Arrays.copyOfRange(REQUEST, cut, REQUEST.length);
      assertAnswered(calls.call(headers()).data(begin, 0, false).data(end, 3, true).await(), GRPC);
    }
    assertThat(counted).isEmpty();
  }

  @Test
  void whatGrpcIsForGoesToIt() throws Exception {
    byte[] request = REQUEST;
    assertAnswered(
        calls.call(headers().add("hasleader", "true")).data(request, 0, true).await(), GRPC);
    Http2Headers named = headers().add("grpc-encoding", "identity");
    assertAnswered(calls.call(named).data(request, 0, true).await(), GRPC);
    byte[] notShort = framed(PutRequest.newBuilder().setPrevKv(true).build().toByteArray());
    assertAnswered(calls.call(headers()).data(notShort, 0, true).await(), GRPC);
    // It takes them for the headers of a call to nothing.
    Ended trailed = calls.call(headers()).data(request, 0, false).trailers().await();
    assertThat(trailed.message()).contains("path");
    plain.set(false);
    assertAnswered(calls.call(headers()).data(request, 0, true).await(), GRPC);
    assertThat(counted).isEmpty();
  }

  @Test
  void whatMattersMayChangeWhileARequestComesIn() throws Exception {
    RawCalls.Call call = calls.call(headers()).data(REQUEST, 11, false);
    // The answer to a second call says that the first one's frame was read.
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
    plain.set(false);
    assertAnswered(call.data(new byte[0], 0, true).await(), GRPC);
  }

  @Test
  void mistakesAreToldByGrpc() throws Exception {
    byte[] garbage = framed(new byte[] {(byte) 0xff, (byte) 0xff});
    assertThat(calls.call(headers()).data(garbage, 0, true).await().status()).isNotEqualTo("0");
    byte[] twice = Arrays.copyOf(REQUEST, 2 * REQUEST.length);
    System.arraycopy(REQUEST, 0, twice, REQUEST.length, REQUEST.length);
    Ended tooMany = calls.call(headers()).data(twice, 0, true).await();
    assertThat(tooMany.message()).contains("Too many requests");
    tooMany = calls.call(headers()).data(REQUEST, 0, false).data(REQUEST, 0, true).await();
    assertThat(tooMany.message()).contains("Too many requests");
    Ended nothing = calls.call(headers()).data(new byte[0], 0, true).await();
    assertThat(nothing.message()).contains("Half-closed without a request");
    assertThat(calls.new Call(headers(), true).await().message())
        .contains("Half-closed without a request");
    byte[] compressed = REQUEST.clone();
    compressed[0] = 1;
    Ended refused = calls.call(headers()).data(compressed, 0, true).await();
    assertThat(refused.reset() || !refused.status().equals("0")).isTrue();
    Http2Headers html = headers().set("content-type", "text/html");
    assertThat(calls.call(html).data(REQUEST, 0, true).await().status()).isNotEqualTo("0");
    assertThat(counted).isEmpty();
  }

  @Test
  void anErrorIsStatusAndMessage() throws Exception {
    service = reply -> reply.failed(EtcdError.LEASE_NOT_FOUND);
    Ended ended = calls.call(headers()).data(REQUEST, 0, true).await();
    assertThat(ended.status()).isEqualTo("5");
    assertThat(ended.message()).isEqualTo("etcdserver: requested lease not found");
    assertThat(ended.data()).isEmpty();
    assertThat(counted.poll(30, TimeUnit.SECONDS)).contains("NOT_FOUND");
    service =
        reply -> reply.failed(Status.INTERNAL.withDescription("50% é\n").asRuntimeException());
    assertThat(calls.call(headers()).data(REQUEST, 0, true).await().message())
        .isEqualTo("50%25 %C3%A9%0A");
    service =
        reply -> {
          throw new IllegalStateException("planted");
        };
    assertThat(calls.call(headers()).data(REQUEST, 0, true).await().status()).isEqualTo("2");
  }

  @Test
  void anAnswerMayTakeSeveralFramesOrMoreThanTheWindow() throws Exception {
    // A frame is of 16 KiB, and the window of 64.
    for (int length : new int[] {16_000, 17_000, 60_000, 70_000, 300_000}) {
      PutResponse.Builder response = response(DIRECT).toBuilder();
      response.getPrevKvBuilder().setValue(ByteString.copyFrom(new byte[length]));
      service = reply -> reply.succeeded(response.build());
      Ended ended = calls.call(headers()).data(REQUEST, 0, true).await();
      assertAnswered(ended, DIRECT);
      assertThat(ended.data()).hasSizeGreaterThan(length);
    }
  }

  @Test
  void aServerThatStopsAnswersItsLastCall() throws Exception {
    RawCalls.Call last = calls.call(headers()).data(REQUEST, 0, false);
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
    server.shutdown();
    // One for the calls that are on their way, and one once they must have come.
    assertThat(calls.awaitGoAways(2)).isTrue();
    assertAnswered(last.data(new byte[0], 0, true).await(), DIRECT);
    assertThat(server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anAnswerMayComeFromAnotherThread() throws Exception {
    service = reply -> new Thread(() -> reply.succeeded(response(DIRECT))).start();
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
  }

  @Test
  void whoeverLeavesIsNotAnsweredAndNotWaitedFor() throws Exception {
    BlockingQueue<Reply<?>> waiting = new LinkedBlockingQueue<>();
    BlockingQueue<String> abandoned = new LinkedBlockingQueue<>();
    service =
        reply -> {
          reply.waitsFor(() -> abandoned.add("abandoned"));
          waiting.add(reply);
        };
    RawCalls.Call call = calls.call(headers()).data(REQUEST, 0, true);
    Reply<?> reply = waiting.poll(30, TimeUnit.SECONDS);
    call.reset();
    assertThat(abandoned.poll(30, TimeUnit.SECONDS)).isEqualTo("abandoned");
    assertThat(reply.isCancelled()).isTrue();
    reply.succeeded(response(DIRECT));
    assertThat(counted.poll(30, TimeUnit.SECONDS)).contains("CANCELLED");

    calls.call(headers()).data(REQUEST, 0, true);
    reply = waiting.poll(30, TimeUnit.SECONDS);
    calls.close();
    assertThat(abandoned.poll(30, TimeUnit.SECONDS)).isEqualTo("abandoned");
    reply.failed(EtcdError.STOPPED);
    assertThat(counted.poll(30, TimeUnit.SECONDS)).contains("CANCELLED");
    calls = new RawCalls(server.getPort());
    service = later -> later.succeeded(response(DIRECT));
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
  }

  @Test
  void answersAltogetherKeepWithinTheConnectionsWindow() throws Exception {
    PutResponse.Builder large = response(DIRECT).toBuilder();
    large.getPrevKvBuilder().setValue(ByteString.copyFrom(new byte[1_000]));
    assertAnswered(calls.call(headers()).data(REQUEST, 0, true).await(), DIRECT);
    counted.clear();
    BlockingQueue<Integer> answeredBefore = new LinkedBlockingQueue<>();
    // One after the other, on one event loop.
    service =
        reply -> {
          answeredBefore.add(counted.size());
          reply.succeeded(large.build());
        };
    calls.reads(false);
    List<RawCalls.Call> all = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      all.add(calls.call(headers()).data(REQUEST, 0, true));
    }
    int answered = 0;
    for (int i = 0; i <= 100; i++) {
      answered = answeredBefore.poll(30, TimeUnit.SECONDS);
    }
    // Of 64 KiB, which each answer takes a little more than a thousand bytes of.
    assertThat(answered).isEqualTo(64);
    calls.reads(true);
    for (RawCalls.Call call : all) {
      assertAnswered(call.await(), DIRECT);
    }
  }

  @Test
  void bytesAreGivenBackToFlowControl() throws Exception {
    byte[] request = framed(put("key", 15_000).toByteArray());
    byte[] none = {};
    // Ten times the connection's window of 1 MiB, in both ways of ending, and handed over.
    for (int i = 0; i < 250; i++) {
      assertAnswered(calls.call(headers()).data(request, 0, true).await(), DIRECT);
      assertAnswered(
          calls.call(headers()).data(request, 0, false).data(none, 0, true).await(), DIRECT);
      RawCalls.Call twice = calls.call(headers()).data(request, 0, false).data(request, 0, true);
      assertThat(twice.await().message()).contains("Too many requests");
    }
  }
}
