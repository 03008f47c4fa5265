package io.kelson.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.mvcc.Event;
import io.kelson.api.mvcc.KeyValue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PausableStreamTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int RESPONSES = 2_000;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[4 << 10]);

  @Test
  void whatIsNotReadStaysWithTheServerAndComesLater() throws Exception {
    Responder responder = new Responder();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(responder)
            .build()
            .start();
    List<Long> heard = new CopyOnWriteArrayList<>();
    try (PausableStream stream =
        new PausableStream(
            "127.0.0.1:" + server.getPort(),
            response -> heard.add(response.getHeader().getRevision()))) {
      stream.pause();
      stream.send(WatchRequest.getDefaultInstance());
      Await.until("a server that may not send on", BOUND, responder::isHeldUp);
      assertThat(responder.sent.get()).isLessThan(RESPONSES / 4);
      assertThat(heard).hasSizeLessThan(2);

      stream.resume();
      Await.until("all responses", BOUND, () -> heard.size() == RESPONSES);
      assertThat(heard).isEqualTo(LongStream.rangeClosed(1, RESPONSES).boxed().toList());
      assertThat(stream.isOver()).isFalse();
    } finally {
      server.shutdownNow();
    }
    assertThat(heard).hasSize(RESPONSES);
  }

  @Test
  void aStreamThatNobodyAnswersIsOver() throws Exception {
    try (PausableStream stream = new PausableStream("127.0.0.1:1", response -> {})) {
      Await.until("an end", BOUND, stream::isOver);
      stream.send(WatchRequest.getDefaultInstance());
      stream.resume();
      assertThat(stream.isOver()).isTrue();
    }
  }

  /** Sends as much as the transport takes. */
  private static final class Responder extends WatchGrpc.WatchImplBase {
    final AtomicInteger sent = new AtomicInteger();
    private volatile ServerCallStreamObserver<WatchResponse> call;

    boolean isHeldUp() {
      return sent.get() > 0 && !call.isReady();
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
      ServerCallStreamObserver<WatchResponse> opened =
          (ServerCallStreamObserver<WatchResponse>) responses;
      call = opened;
      opened.setOnReadyHandler(() -> send(opened));
      return new StreamObserver<>() {
        @Override
        public void onNext(WatchRequest request) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
      };
    }

    private void send(ServerCallStreamObserver<WatchResponse> responses) {
      while (responses.isReady() && sent.get() < RESPONSES) {
        WatchResponse.Builder response = WatchResponse.newBuilder();
        response.getHeaderBuilder().setRevision(sent.incrementAndGet());
        response.addEvents(Event.newBuilder().setKv(KeyValue.newBuilder().setValue(VALUE)));
        responses.onNext(response.build());
      }
    }
  }
}
