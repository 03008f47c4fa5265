package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.kelson.server.config.HttpSettings;
import io.kelson.server.http.HttpLimits;
import io.kelson.server.http.HttpPorts;
import io.kelson.server.http.MemberHealth;
import io.kelson.server.http.PortUnification;
import io.kelson.server.rpc.LineLimit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConnectionLimitTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final AtomicLong nanos = new AtomicLong();
  private final ConnectionLimit limit = new ConnectionLimit(2, new LineLimit(1, nanos::get));
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(ConnectionLimit.class);
  private HttpPorts ports;
  private Server server;

  @BeforeEach
  void start() throws IOException {
    lines.start();
    log.addAppender(lines);
    ports =
        new HttpPorts(
            HttpSettings.DEFAULT, new Well(), null, HttpLimits.forRequests(1 << 20, 8192));
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(HERE, 0),
                limit.around(PortUnification.credentials(ports.clients(List.of()))))
            .directExecutor()
            .build()
            .start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.shutdownNow();
    assertThat(server.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    log.detachAppender(lines);
    // Connections are released on their event loops, which may be a moment later.
    long begin = System.nanoTime();
    while (limit.open(HERE) > 0) {
      assertThat(System.nanoTime() - begin).as("still counted").isLessThan(60_000_000_000L);
      Thread.onSpinWait();
    }
    ports.close();
  }

  @Test
  void oneTooManyIsClosedAndTheOthersServeOn() throws Exception {
    try (Socket one = connect();
        Socket two = connect()) {
      assertServes(one);
      assertServes(two);
      for (int i = 0; i < 3; i++) {
        assertClosed();
      }
      assertThat(lines.list).hasSize(1);
      assertThat(lines.list.get(0).getFormattedMessage())
          .contains("127.0.0.1, which has 2 open already")
          .contains("--max-connections-per-address");
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      assertClosed();
      assertThat(lines.list.get(1).getFormattedMessage()).contains("; 2 more were closed");
      assertServes(one);
    }
  }

  @Test
  void whoLeavesMakesRoom() throws Exception {
    try (Socket one = connect()) {
      assertServes(one);
      for (int i = 0; i < 20; i++) {
        try (Socket next = connect()) {
          assertServes(next);
        }
        awaitOpen(1);
      }
    }
    assertThat(lines.list).isEmpty();
  }

  private void awaitOpen(int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (limit.open(HERE) > count && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(limit.open(HERE)).isEqualTo(count);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(HERE, server.getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void assertServes(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] answer = new byte[4096];
    int length = socket.getInputStream().read(answer);
    assertThat(new String(answer, 0, Math.max(0, length), StandardCharsets.US_ASCII))
        .startsWith("HTTP/1.1 200")
        .endsWith("}");
  }

  private void assertClosed() throws IOException {
    try (Socket refused = connect()) {
      assertThat(refused.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Nothing is wrong with it. */
  private static final class Well implements MemberHealth {
    @Override
    public List<String> alarms() {
      return List.of();
    }

    @Override
    public String diskReason() {
      return "";
    }

    @Override
    public boolean hasLeader() {
      return true;
    }

    @Override
    public boolean isLearner() {
      return false;
    }

    @Override
    public void read(boolean serializable, Consumer<String> done) {
      done.accept("");
    }
  }
}
