package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.MaintenanceGrpc;
import io.kelson.server.config.HttpSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection, whose time the test makes pass. */
class HttpDoorTest {
  private static final HttpLimits LIMITS =
      new HttpLimits(1000, 8192, 4, Duration.ofSeconds(120), Duration.ofSeconds(60));

  private final FakeHealth health = new FakeHealth();
  private final HttpPorts ports = new HttpPorts(HttpSettings.DEFAULT, health, null, LIMITS);
  private final EmbeddedChannel channel = new EmbeddedChannel();

  HttpDoorTest() {
    channel.freezeTime();
    ports
        .clients(List.of(new MaintenanceGrpc.MaintenanceImplBase() {}.bindService()))
        .install(channel.pipeline());
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    ports.close();
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
  }

  private String received() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      all.append(part.toString(StandardCharsets.UTF_8));
      part.release();
    }
    return all.toString();
  }

  private void pass(long seconds) {
    for (long i = 0; i < seconds; i++) {
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
      channel.runPendingTasks();
    }
  }

  @Test
  void aConnectionThatIsSilentIsClosed() {
    send("GET /version HTTP/1.1\r\n\r\n");
    assertThat(received()).startsWith("HTTP/1.1 200");
    pass(119);
    assertThat(channel.isOpen()).isTrue();
    pass(3);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aHeadThatComesByteByByteDoesNotLast() {
    for (int i = 0; i < 13; i++) {
      send("G");
      pass(10);
    }
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aBodyThatDoesNotArriveIsNotWaitedFor() {
    send("POST /v3/maintenance/status HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
    pass(59);
    assertThat(received()).isEmpty();
    pass(3);
    assertThat(received()).startsWith("HTTP/1.1 408");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anAnswerThatTakesLongIsWaitedFor() {
    health.readError = null;
    send("GET /health HTTP/1.1\r\n\r\n");
    pass(600);
    assertThat(channel.isOpen()).isTrue();
    health.asked.remove().done().accept("");
    channel.runPendingTasks();
    assertThat(received()).endsWith("{\"health\":\"true\",\"reason\":\"\"}");
  }

  @Test
  void anEarlyAnswerDoesNotTakeTheBodyForARequest() {
    send("POST /health HTTP/1.1\r\nContent-Length: 20\r\n\r\nGET /x ");
    assertThat(received()).startsWith("HTTP/1.1 405");
    send("HTTP/1.1\r\n\r\n\n");
    assertThat(received()).isEmpty();
    send("GET /version HTTP/1.1\r\n\r\n");
    assertThat(received()).startsWith("HTTP/1.1 200");
  }

  @Test
  void aBodyThatGrowsTooLargeIsRefused() {
    send("POST /health HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    assertThat(received()).startsWith("HTTP/1.1 405");
    for (int i = 0; i < 11 && channel.isOpen(); i++) {
      send("64\r\n" + "x".repeat(100) + "\r\n");
    }
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void requestsSentAheadAreBounded() {
    health.readError = null;
    send("GET /health HTTP/1.1\r\n\r\n".repeat(5));
    assertThat(channel.isOpen()).isTrue();
    send("GET /health HTTP/1.1\r\n\r\n");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void bodiesSentAheadStopTheReading() {
    health.readError = null;
    send("GET /health HTTP/1.1\r\n\r\n");
    send("POST /health HTTP/1.1\r\nContent-Length: 900\r\n\r\n" + "x".repeat(900));
    assertThat(channel.config().isAutoRead()).isTrue();
    send("POST /health HTTP/1.1\r\nContent-Length: 900\r\n\r\n" + "x".repeat(900));
    assertThat(channel.config().isAutoRead()).isFalse();
    health.asked.remove().done().accept("");
    channel.runPendingTasks();
    assertThat(received().split("HTTP/1.1 ", -1)).hasSize(4);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void http10IsAnsweredOnce() {
    send("GET /version HTTP/1.0\r\n\r\n");
    assertThat(received()).startsWith("HTTP/1.1 200").contains("\"etcdserver\"");
    assertThat(channel.isOpen()).isFalse();
  }
}
