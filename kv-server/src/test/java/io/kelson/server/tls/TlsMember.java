package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.server.KelsonServer;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.TlsSettings;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A member of a cluster of one whose client port speaks TLS, and clients of it. */
final class TlsMember implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KelsonServer server;

  private TlsMember(KelsonServer server) {
    this.server = server;
  }

  static TlsMember start(Path dataDir, UnaryOperator<TlsSettings.Builder> tls) throws Exception {
    return start(dataDir, "https://127.0.0.1:0", tls);
  }

  static TlsMember start(Path dataDir, String url, UnaryOperator<TlsSettings.Builder> tls)
      throws Exception {
    KelsonServer server =
        KelsonServer.builder()
            .config(
                ServerConfig.builder()
                    .dataDir(dataDir)
                    .listenClientUrls(List.of(url))
                    .listenPeerUrls(List.of("http://127.0.0.1:0"))
                    .initialAdvertisePeerUrls(List.of("http://127.0.0.1:0"))
                    .clientTls(tls.apply(TlsSettings.builder()).build())
                    .build())
            .start();
    assertThat(server.awaitReady(PATIENCE)).isTrue();
    return new TlsMember(server);
  }

  String url() {
    return server.clientUrls().get(0);
  }

  int port() {
    return URI.create(url()).getPort();
  }

  /**
   * A channel of a client.
   *
   * @param own what it shows; null for nothing
   */
  ManagedChannel channel(X509Certificate trusted, TestCertificates.Issued own) throws Exception {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .trustManager(trusted);
    if (own != null) {
      builder.keyManager(own.keys().getPrivate(), own.certificate());
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", port()).sslContext(builder.build()).build();
  }

  /** Writes a key on a connection of its own. */
  void put(X509Certificate trusted, TestCertificates.Issued own) throws Exception {
    ManagedChannel channel = channel(trusted, own);
    try {
      put(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  static void put(ManagedChannel channel) {
    KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
  }

  /** The certificate that a new connection is shown now. */
  X509Certificate shown() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new NoCheck()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  /** What the member answers to these bytes, until it hangs up. */
  byte[] answerTo(byte[] bytes) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(bytes);
      return socket.getInputStream().readAllBytes();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
