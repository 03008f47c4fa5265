package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.config.HttpSettings;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probes and metrics, on a port of their own. */
class HealthRoutesTest {
  private static final MetricsPage PAGE =
      new MetricsPage() {
        @Override
        public String contentType(String accept) {
          return accept.isEmpty() ? "text/plain; version=0.0.4" : accept;
        }

        @Override
        public byte[] body(String accept) {
          return "etcd_server_has_leader 1\n".getBytes(StandardCharsets.UTF_8);
        }
      };

  private final FakeHealth health = new FakeHealth();
  private EventLoopGroup loops;
  private HttpPorts ports;
  private HttpListener listener;
  private int port;

  @BeforeEach
  void start() throws Exception {
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ports =
        new HttpPorts(HttpSettings.DEFAULT, health, PAGE, HttpLimits.forRequests(1 << 20, 8192));
    HttpPipeline pipeline = ports.metrics();
    listener =
        HttpListener.open(
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            loops,
            NioServerSocketChannel.class,
            connection -> pipeline.install(connection.pipeline()));
    port = listener.addresses().get(0).getPort();
  }

  @AfterEach
  void stop() {
    listener.close();
    ports.close();
    loops.shutdownGracefully().awaitUninterruptibly();
  }

  private RawHttp.Answer get(String path) throws Exception {
    return RawHttp.ask(port, "GET", path, "");
  }

  private void expect(String path, int status, String body) throws Exception {
    RawHttp.Answer answer = get(path);
    assertThat(answer.body()).as(path).isEqualTo(body);
    assertThat(answer.status()).as(path).isEqualTo(status);
  }

  private static String health(boolean healthy, String reason) {
    return "{\"health\":\"" + healthy + "\",\"reason\":\"" + reason + "\"}";
  }

  @Test
  void healthAsksForALinearizableReadUnlessTold() throws Exception {
    expect("/health", 200, health(true, ""));
    expect("/health?serializable=true&exclude=NOSPACE", 200, health(true, ""));
    expect("/health?serializable=false", 200, health(true, ""));
    assertThat(health.asked)
        .extracting(FakeHealth.Asked::serializable)
        .containsExactly(false, true, false);
    assertThat(get("/health").header("content-type")).isEqualTo("application/json");
  }

  @Test
  void healthNamesTheFirstAlarmThatIsNotExcluded() throws Exception {
    health.alarms = List.of("NOSPACE", "CORRUPT");
    expect("/health", 503, health(false, "ALARM NOSPACE"));
    expect("/health?serializable=true", 503, health(false, "ALARM NOSPACE"));
    expect("/health?exclude=NOSPACE", 503, health(false, "ALARM CORRUPT"));
    expect("/health?exclude=NOSPACE&exclude=CORRUPT", 200, health(true, ""));
    expect("/health?exclude=", 503, health(false, "ALARM NOSPACE"));
  }

  @Test
  void healthTellsAFullDiskNoLeaderAndAReadThatFails() throws Exception {
    health.disk = "NOSPACE: no room";
    expect("/health", 503, health(false, "NOSPACE: no room"));
    expect("/health?serializable=true", 200, health(true, ""));
    expect("/health?exclude=NOSPACE", 200, health(true, ""));
    health.disk = "";
    health.leader = false;
    expect("/health", 503, health(false, "RAFT NO LEADER"));
    expect("/health?serializable=true", 200, health(true, ""));
    health.leader = true;
    health.readError = "etcdserver: request timed out";
    expect("/health", 503, health(false, "RANGE ERROR:etcdserver: request timed out"));
  }

  @Test
  void livezNeedsNobodyElse() throws Exception {
    health.alarms = List.of("NOSPACE", "CORRUPT");
    health.leader = false;
    health.readError = "etcdserver: no leader";
    expect("/livez", 200, "ok\n");
    expect("/livez?verbose", 200, "[+]serializable_read ok\nok\n");
    expect("/livez/serializable_read", 200, "ok\n");
    expect("/livez?exclude=serializable_read&verbose", 200, "ok\n");
    expect("/livez/linearizable_read", 404, "404 page not found\n");
  }

  @Test
  void readyzListsItsChecks() throws Exception {
    expect("/readyz", 200, "ok\n");
    expect(
        "/readyz?verbose",
        200,
        "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n"
            + "[+]non_learner ok\nok\n");
    assertThat(get("/readyz").header("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(get("/readyz").header("x-content-type-options")).isEqualTo("nosniff");
  }

  @Test
  void readyzSaysWhichCheckFailed() throws Exception {
    health.alarms = List.of("NOSPACE");
    expect("/readyz", 200, "ok\n");
    health.alarms = List.of("CORRUPT");
    health.readError = "etcdserver: leader changed";
    health.learner = true;
    expect(
        "/readyz",
        503,
        "[-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n"
            + "[-]linearizable_read failed: etcdserver: leader changed\n"
            + "[-]non_learner failed: not supported for learner\n\n");
    expect(
        "/readyz?exclude=data_corruption&exclude=linearizable_read&exclude=non_learner",
        200,
        "ok\n");
    expect(
        "/readyz/data_corruption", 503, "[-]data_corruption failed: alarm activated: CORRUPT\n\n");
    expect("/readyz/serializable_read?verbose", 200, "[+]serializable_read ok\nok\n");
    expect("/readyz/nothing", 404, "404 page not found\n");
  }

  @Test
  void probesAreForGetAlone() throws Exception {
    for (String path : List.of("/health", "/livez", "/readyz", "/readyz/non_learner", "/metrics")) {
      RawHttp.Answer posted = RawHttp.ask(port, "POST", path, "{}");
      assertThat(posted.status()).as(path).isEqualTo(405);
      assertThat(posted.header("allow")).isEqualTo("GET");
      assertThat(posted.body()).isEqualTo("Method Not Allowed\n");
      RawHttp.Answer head = RawHttp.ask(port, "HEAD", path, "");
      assertThat(head.status()).isEqualTo(405);
      assertThat(head.header("content-length")).isEqualTo("19");
    }
  }

  @Test
  void metricsAreWhatThePageSays() throws Exception {
    expect("/metrics", 200, "etcd_server_has_leader 1\n");
    assertThat(get("/metrics").header("content-type")).isEqualTo("text/plain; version=0.0.4");
    try (RawHttp http = new RawHttp(port)) {
      String type = http.ask("GET", "/metrics", "", "Accept: a/b").header("content-type");
      assertThat(type).isEqualTo("a/b");
    }
  }

  @Test
  void aPortForMetricsHasNothingElse() throws Exception {
    expect("/version", 404, "404 page not found\n");
    expect("/v3/kv/range", 404, "404 page not found\n");
    assertThat(get("/health").headers()).doesNotContainKey("access-control-allow-origin");
  }
}
