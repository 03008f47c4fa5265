package io.kelson.chaos;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.AuthGrpc;
import io.kelson.api.ClusterGrpc;
import io.kelson.api.HashKVRequest;
import io.kelson.api.HashKVResponse;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.StatusRequest;
import io.kelson.api.StatusResponse;
import io.kelson.chaos.Certificates.FileSet;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * One TLS connection to one member, which retries nothing and asks nobody else. Thread-safe.
 *
 * <p>Files are read when it is made. Every call fails with {@link io.grpc.StatusRuntimeException}.
 */
final class SecureClient implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 20;
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel connection;
  private final Channel channel;

  private SecureClient(ManagedChannel connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /** Who shows the certificate in the files. */
  static SecureClient of(int port, FileSet files) {
    SslContextBuilder tls = trusting(files);
    synchronized (FileSet.class) {
      tls.keyManager(files.cert().toFile(), files.key().toFile());
    }
    return of(port, tls);
  }

  /** Who shows no certificate. */
  static SecureClient nameless(int port, FileSet files) {
    return of(port, trusting(files));
  }

  private static SslContextBuilder trusting(FileSet files) {
    return GrpcSslContexts.forClient().trustManager(files.trusted().toFile());
  }

  private static SecureClient of(int port, SslContextBuilder tls) {
    try {
      ManagedChannel connection =
          NettyChannelBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
              .sslContext(tls.build())
              .disableRetry()
              .proxyDetector(target -> null)
              .build();
      return new SecureClient(connection, connection);
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same connection for a caller with that token; closing one closes both. */
  SecureClient withToken(String token) {
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, token);
    return new SecureClient(
        connection,
        ClientInterceptors.intercept(
            connection, MetadataUtils.newAttachHeadersInterceptor(metadata)));
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  AuthGrpc.AuthBlockingStub auth() {
    return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  ClusterGrpc.ClusterBlockingStub cluster() {
    return ClusterGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  long put(String key, String value) {
    PutRequest request = PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
    return kv().put(request).getHeader().getRevision();
  }

  RangeResponse get(String key) {
    return kv().range(RangeRequest.newBuilder().setKey(utf8(key)).build());
  }

  /** The first so many pairs of a range, as this member alone has them. */
  RangeResponse own(ByteString from, ByteString end, int limit) {
    return kv().range(
            RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end)
                .setLimit(limit)
                .setSerializable(true)
                .build());
  }

  StatusResponse status() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(2, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance());
  }

  HashKVResponse hash(long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  /** Connects at the next call even if the last attempt failed a moment ago. */
  void reconnectNow() {
    connection.resetConnectBackoff();
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }

  static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
