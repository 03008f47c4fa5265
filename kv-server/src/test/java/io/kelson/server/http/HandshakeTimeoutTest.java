package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.kelson.server.config.HttpSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * gRPC's handshake timer runs for every connection; it must mean nothing to those that speak HTTP.
 */
class HandshakeTimeoutTest {
  @Test
  void aRequestOutlivesTheTimeoutAndASilentConnectionDoesNot() throws Exception {
    FakeHealth health = new FakeHealth();
    health.readError = null;
    HttpPorts ports =
        new HttpPorts(HttpSettings.DEFAULT, health, null, HttpLimits.forRequests(1 << 20, 8192));
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                PortUnification.credentials(ports.clients(List.of())))
            .handshakeTimeout(2, TimeUnit.SECONDS)
            .directExecutor()
            .build()
            .start();
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.request("GET", "/health", "");
      FakeHealth.Asked asked = health.asked.poll(60, TimeUnit.SECONDS);
      // This connection came later, so when its time is up the other's was up before.
      try (RawHttp silent = new RawHttp(server.getPort())) {
        assertThat(silent.ends()).isTrue();
      }
      asked.done().accept("");
      assertThat(http.answer().status()).isEqualTo(200);
    } finally {
      server.shutdownNow();
      server.awaitTermination(60, TimeUnit.SECONDS);
      ports.close();
    }
  }
}
