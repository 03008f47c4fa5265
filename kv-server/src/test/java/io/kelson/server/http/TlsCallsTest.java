package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.TlsSettings;
import io.kelson.server.tls.Reach;
import io.kelson.server.tls.ServerTls;
import io.kelson.server.tls.TestCertificates;
import io.kelson.server.tls.TlsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsCallsTest {
  @TempDir private Path directory;

  /** What a call says of its connection. */
  private static final class Witness implements ServerInterceptor {
    volatile X509Certificate shown;
    volatile InetSocketAddress remote;

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
      try {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        shown = (X509Certificate) session.getPeerCertificates()[0];
        remote = (InetSocketAddress) call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
        throw new AssertionError(e);
      }
      return next.startCall(call, metadata);
    }
  }

  @Test
  void callsCarryTheClientsCertificateAndAddress() throws Exception {
    TestCertificates files = new TestCertificates(directory);
    TestCertificates.Authority ca = TestCertificates.authority("ca");
    Path trusted = files.pem("ca.pem", ca.certificate());
    var own = files.pair("server", ca.issue("server", "127.0.0.1"));
    var alice = ca.issue("alice");
    var client = files.pair("alice", alice);
    Witness witness = new Witness();
    ServerConfig config =
        ServerConfig.builder()
            .dataDir(directory)
            .listenClientUrls(List.of("https://127.0.0.1:0"))
            .clientTls(
                TlsSettings.builder()
                    .certFile(own.cert())
                    .keyFile(own.key())
                    .trustedCaFile(trusted)
                    .build())
            .build();
    try (ServerTls tls = ServerTls.open(config)) {
      Server server =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  PortUnification.credentials(null, tls.clients()))
              .directExecutor()
              .intercept(witness)
              .addService(new HealthStatusManager().getHealthService())
              .build()
              .start();
      Reach reach =
          Reach.of(
              TlsFiles.ofClient(trusted, client.cert(), client.key()),
              TlsFiles.ofClient(null, null, null));
      ManagedChannel channel = reach.clients().to("https://127.0.0.1:" + server.getPort()).build();
      try {
        HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .check(HealthCheckRequest.getDefaultInstance());
        assertThat(witness.shown).isEqualTo(alice.certificate());
        assertThat(witness.remote.getAddress().isLoopbackAddress()).isTrue();
      } finally {
        channel.shutdownNow();
        server.shutdownNow();
        assertThat(server.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }
}
