package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.RangeStreamResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads that come in chunks. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RangeStreamTest {
  private final List<String> taken = new ArrayList<>();
  private volatile Consumer<StreamObserver<RangeStreamResponse>> onStream;
  private Server server;
  private KelsonClient client;

  @BeforeEach
  void start() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new KVGrpc.KVImplBase() {
                  @Override
                  public void rangeStream(
                      RangeRequest request, StreamObserver<RangeStreamResponse> reply) {
                    onStream.accept(reply);
                  }

                  @Override
                  public void range(RangeRequest request, StreamObserver<RangeResponse> reply) {
                    reply.onNext(chunk("ordinary").setCount(1).build());
                    reply.onCompleted();
                  }
                })
            .build()
            .start();
    client = KelsonClient.builder().endpoints("127.0.0.1:" + server.getPort()).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  private static RangeResponse.Builder chunk(String... keys) {
    RangeResponse.Builder chunk = RangeResponse.newBuilder();
    for (String key : keys) {
      chunk.addKvs(
          io.kelson.api.mvcc.KeyValue.newBuilder().setKey(Wire.bytes(Bytes.utf8(key))).build());
    }
    return chunk;
  }

  private static RangeStreamResponse streamed(RangeResponse.Builder chunk) {
    return RangeStreamResponse.newBuilder().setRangeResponse(chunk).build();
  }

  private void take(List<KeyValue> chunk) {
    taken.add(chunk.stream().map(kv -> kv.key().utf8()).toList().toString());
  }

  private RangeResult read() {
    return client.rangeStream(RangeOp.prefix(Bytes.EMPTY), this::take);
  }

  @Test
  void theLastChunkSaysHowManyThereAre() {
    onStream =
        reply -> {
          reply.onNext(streamed(chunk("a", "b")));
          reply.onNext(
              streamed(chunk("c").setHeader(FakeMember.header(9)).setCount(7).setMore(true)));
          reply.onCompleted();
        };
    RangeResult summary = read();
    assertThat(taken).containsExactly("[a, b]", "[c]");
    assertThat(summary.count()).isEqualTo(7);
    assertThat(summary.more()).isTrue();
    assertThat(summary.header().revision()).isEqualTo(9);
  }

  @Test
  void aServerWithoutItIsAskedInTheOrdinaryWay() {
    onStream = reply -> reply.onError(Status.UNIMPLEMENTED.asRuntimeException());
    assertThat(read().count()).isEqualTo(1);
    assertThat(taken).containsExactly("[ordinary]");
  }

  @Test
  void aFailureBeforeTheFirstChunkIsTriedAgain() {
    onStream =
        reply -> {
          onStream =
              again -> {
                again.onNext(streamed(chunk("a").setCount(1)));
                again.onCompleted();
              };
          reply.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    assertThat(read().count()).isEqualTo(1);
    assertThat(taken).containsExactly("[a]");
  }

  @Test
  void aFailureAfterTheFirstChunkIsFinal() {
    onStream =
        reply -> {
          reply.onNext(streamed(chunk("a")));
          reply.onError(Status.UNAVAILABLE.withDescription("gone").asRuntimeException());
        };
    EtcdException failure = catchThrowableOfType(EtcdException.class, this::read);
    assertThat(failure.text()).isEqualTo("gone");
    assertThat(taken).containsExactly("[a]");
  }

  @Test
  void whoTakesTheChunksMayEndIt() {
    onStream =
        reply -> {
          reply.onNext(streamed(chunk("a")));
          reply.onNext(streamed(chunk("b")));
        };
    IllegalStateException failure =
        catchThrowableOfType(
            IllegalStateException.class,
            () ->
                client.rangeStream(
                    RangeOp.prefix(Bytes.EMPTY),
                    chunk -> {
                      throw new IllegalStateException("enough");
                    }));
    assertThat(failure).hasMessage("enough");
  }
}
