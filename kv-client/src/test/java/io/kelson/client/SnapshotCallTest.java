package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.SnapshotRequest;
import io.kelson.api.SnapshotResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snapshots from a server that sends what a test says. */
class SnapshotCallTest {
  private final List<byte[]> blobs = new ArrayList<>();
  private final CountDownLatch gone = new CountDownLatch(1);
  private Status end = Status.OK;
  private Server server;
  private KelsonClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Snapshots())
            .build()
            .start();
    client = KelsonClient.builder().endpoints(List.of("127.0.0.1:" + server.getPort())).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  private final class Snapshots extends MaintenanceGrpc.MaintenanceImplBase {
    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
      ((ServerCallStreamObserver<SnapshotResponse>) observer).setOnCancelHandler(gone::countDown);
      long remaining = blobs.stream().mapToLong(blob -> blob.length).sum() - 32;
      for (byte[] blob : blobs) {
        remaining = Math.max(0, remaining - blob.length);
        observer.onNext(
            SnapshotResponse.newBuilder()
                .setBlob(ByteString.copyFrom(blob))
                .setRemainingBytes(remaining)
                .setVersion("3.7.0")
                .build());
      }
      if (!end.isOk()) {
        observer.onError(end.asRuntimeException());
      } else {
        observer.onCompleted();
      }
    }
  }

  private void prepare(byte[]... content) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (byte[] blob : content) {
      blobs.add(blob);
      digest.update(blob);
    }
    blobs.add(digest.digest());
  }

  private SnapshotInfo take(SnapshotSink sink) throws IOException {
    return client.snapshot(client.endpoints().get(0), sink);
  }

  @Test
  void everythingIsHandedOnInOrder() throws Exception {
    prepare(new byte[] {1, 2, 3}, new byte[] {4, 5});
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    List<Long> left = new ArrayList<>();
    SnapshotInfo info =
        take(
            (bytes, remaining) -> {
              taken.write(bytes);
              left.add(remaining);
            });
    assertThat(info).isEqualTo(new SnapshotInfo("3.7.0", 37));
    assertThat(taken.toByteArray()).hasSize(37).startsWith(1, 2, 3, 4, 5);
    assertThat(left).containsExactly(2L, 0L, 0L);
  }

  @Test
  void aWrongChecksumIsNoSnapshot() throws Exception {
    prepare(new byte[] {1, 2, 3});
    blobs.get(1)[0] ^= 1;
    assertThatThrownBy(() -> take((bytes, remaining) -> {}))
        .isInstanceOfSatisfying(
            EtcdException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_LOSS));
  }

  @Test
  void aStreamThatEndsEarlyIsNoSnapshot() throws Exception {
    prepare(new byte[] {1, 2, 3}, new byte[] {4});
    blobs.remove(2);
    assertThatThrownBy(() -> take((bytes, remaining) -> {}))
        .hasMessageContaining("does not end with its checksum");
    blobs.clear();
    assertThatThrownBy(() -> take((bytes, remaining) -> {}))
        .hasMessageContaining("does not end with its checksum");
  }

  @Test
  void aRefusalIsPassedOn() throws Exception {
    prepare(new byte[] {1});
    end = Status.UNKNOWN.withDescription("etcdserver: too many requests");
    assertThatThrownBy(() -> take((bytes, remaining) -> {}))
        .isInstanceOf(EtcdException.class)
        .hasMessage("etcdserver: too many requests");
  }

  @Test
  void whoCannotTakeItEndsTheCall() throws Exception {
    // Enough that the server is not through before the client leaves.
    byte[][] large = new byte[64][1 << 20];
    prepare(large);
    assertThatThrownBy(
            () ->
                take(
                    (bytes, remaining) -> {
                      throw new IOException("no room");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no room");
    assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
