package io.kelson.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.config.LimitSettings;
import io.kelson.server.config.UrlList;
import io.kelson.server.repair.LocalCluster;
import io.kelson.server.rpc.ClientMistakes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes beyond a limit costs whoever sent it, and nobody else. */
class LimitsTest {
  @TempDir Path directory;

  @Test
  void nestingHeadersAndSilence() throws Exception {
    ClientMistakes.quiet();
    try (LogWitness log = new LogWitness(false);
        LocalCluster cluster = new LocalCluster(directory, 1)) {
      cluster.start(0, settings -> settings.limits(limits()));
      cluster.awaitReady(0);
      for (int depth : new int[] {49, 60, 10_000}) {
        byte[] request = nested(depth);
        assertThatThrownBy(() -> cluster.ask(0, channel -> send(channel, request)))
            .as("nested %d deep", depth)
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                e ->
                    assertThat(e.getStatus().getCode())
                        .isEqualTo(
                            depth == 49 ? Status.Code.INVALID_ARGUMENT : Status.Code.INTERNAL));
        cluster.put(0, "after " + depth);
      }
      assertThatThrownBy(() -> cluster.ask(0, channel -> withHeader(channel, 20_000)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isNotEqualTo(Status.Code.OK));
      cluster.ask(0, channel -> withHeader(channel, 2000));
      assertSilentConnectionIsClosed(UrlList.address(cluster.clientUrl(0)));
      assertThat(cluster.failures).isEmpty();
      assertThat(log.alarms).isEmpty();
    }
  }

  private static LimitSettings limits() {
    LimitSettings all = LimitSettings.DEFAULT;
    return new LimitSettings(
        all.maxConcurrentStreams(),
        all.maxConnectionsPerAddress(),
        Duration.ofSeconds(1),
        8192,
        all.keepAliveMinTime(),
        all.keepAliveInterval(),
        all.keepAliveTimeout(),
        all.maxLoginsPerSecond(),
        all.maxWatchQueueBytes(),
        all.watchProgressInterval());
  }

  /** Written from the inside out: building it as messages would be recursion of our own. */
  private static byte[] nested(int depth) throws IOException {
    byte[] bytes = new byte[0];
    for (int i = 0; i < depth; i++) {
      bytes =
          field(TxnRequest.SUCCESS_FIELD_NUMBER, field(RequestOp.REQUEST_TXN_FIELD_NUMBER, bytes));
    }
    return bytes;
  }

  private static byte[] field(int number, byte[] message) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    coded.writeByteArray(number, message);
    coded.flush();
    return out.toByteArray();
  }

  private static byte[] send(Channel channel, byte[] request) {
    MethodDescriptor<byte[], byte[]> txn =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(KVGrpc.getTxnMethod().getFullMethodName())
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    return ClientCalls.blockingUnaryCall(channel, txn, CallOptions.DEFAULT, request);
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Object withHeader(Channel channel, int bytes) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(bytes));
    return KVGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
  }

  private static void assertSilentConnectionIsClosed(InetSocketAddress address) throws IOException {
    try (Socket silent = new Socket(address.getAddress(), address.getPort())) {
      silent.setSoTimeout(60_000);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }
}
