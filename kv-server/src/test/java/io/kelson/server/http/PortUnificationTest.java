package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.kelson.server.config.HttpSettings;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PortUnificationTest {
  private final FakeHealth health = new FakeHealth();
  private HttpPorts ports;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    ports =
        new HttpPorts(HttpSettings.DEFAULT, health, null, HttpLimits.forRequests(1 << 20, 8192));
    server = serve(ports.clients(List.of()));
  }

  private static Server serve(HttpPipeline http) throws Exception {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            PortUnification.credentials(http))
        .handshakeTimeout(1, TimeUnit.MINUTES)
        .directExecutor()
        .addService(new HealthStatusManager().getHealthService())
        .build()
        .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.shutdownNow();
    assertThat(server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    ports.close();
  }

  @Test
  void grpcAndHttpShareThePort() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try {
      var reply =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
      assertThat(reply.getStatus()).isEqualTo(ServingStatus.SERVING);
      assertThat(get("/version").statusCode()).isEqualTo(200);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void versionNamesEtcdsAndItsOwn() throws Exception {
    HttpResponse<String> response = get("/version");
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.body())
        .contains("\"etcdserver\":\"3.7.1\"")
        .contains("\"etcdcluster\":\"3.7.0\"")
        .contains("\"kelson\":\"");
  }

  @Test
  void unknownPathsAndMethodsAreRefused() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/healthy").statusCode()).isEqualTo(404);
    HttpRequest post =
        HttpRequest.newBuilder(uri("/health")).POST(BodyPublishers.ofString("{}")).build();
    HttpResponse<String> response = client().send(post, BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue("GET");
  }

  @Test
  void aPrefaceInPiecesIsStillHttp2() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setTcpNoDelay(true);
      byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      for (byte b : preface) {
        socket.getOutputStream().write(b);
      }
      byte[] emptySettings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      socket.getOutputStream().write(emptySettings);
      byte[] frameHeader = socket.getInputStream().readNBytes(9);
      assertThat(frameHeader[3]).as("the type of SETTINGS").isEqualTo((byte) 4);
    }
  }

  @Test
  void aMethodThatBeginsLikeThePrefaceIsHttp1() throws Exception {
    String reply = raw("PRIME /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertThat(reply).startsWith("HTTP/1.1 405 ");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    health.readError = null;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      String one = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
      String two = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write((one + two).getBytes(StandardCharsets.US_ASCII));
      FakeHealth.Asked asked = health.asked.poll(30, TimeUnit.SECONDS);
      asked.done().accept("");
      String replies = read(socket.getInputStream());
      assertThat(replies.indexOf("HTTP/1.1 200")).isZero();
      assertThat(replies).contains("HTTP/1.1 404").endsWith("not found\n");
    }
  }

  @Test
  void stoppingTheServerClosesIdleHttpConnections() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket
          .getOutputStream()
          .write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      server.shutdownNow();
      assertThat(read(socket.getInputStream())).startsWith("TTP/1.1 200");
    }
  }

  @Test
  void aRequestUnderWayIsTheLastWhenTheServerShutsDown() throws Exception {
    health.readError = null;
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.request("GET", "/health", "");
      FakeHealth.Asked asked = health.asked.poll(30, TimeUnit.SECONDS);
      server.shutdown();
      asked.done().accept("");
      RawHttp.Answer answer = http.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(http.ends()).isTrue();
    }
    assertThat(server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void tooManyPipelinedRequestsEndTheConnection() throws Exception {
    health.readError = null;
    try (RawHttp http = new RawHttp(server.getPort())) {
      http.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(70));
      assertThat(http.ends()).isTrue();
    }
  }

  @Test
  void aPortWithoutHttpClosesWhatIsNoHttp2() throws Exception {
    Server grpcOnly = serve(null);
    try (RawHttp http = new RawHttp(grpcOnly.getPort())) {
      http.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(http.ends()).isTrue();
    } finally {
      grpcOnly.shutdownNow();
      grpcOnly.awaitTermination(30, TimeUnit.SECONDS);
    }
  }

  private String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return read(socket.getInputStream());
    }
  }

  private static String read(InputStream in) throws Exception {
    return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client().send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getPort() + path);
  }
}
