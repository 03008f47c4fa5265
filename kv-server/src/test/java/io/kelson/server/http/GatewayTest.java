package io.kelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.server.KelsonServer;
import io.kelson.server.config.HttpSettings;
import io.kelson.server.config.ServerConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON gateway of a whole member, over sockets. */
class GatewayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> ANY_PORT = List.of("http://127.0.0.1:0");
  private static final String HEADER =
      "\"header\":\\{\"cluster_id\":\"[0-9]+\",\"member_id\":\"[0-9]+\",\"revision\":\"[0-9]+\","
          + "\"raft_term\":\"[0-9]+\"\\}";

  @TempDir static Path temp;
  private static KelsonServer server;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    server = start("shared", HttpSettings.DEFAULT);
    port = port(server.clientUrls());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static KelsonServer start(String name, HttpSettings http) throws Exception {
    KelsonServer started =
        KelsonServer.builder()
            .config(
                ServerConfig.builder()
                    .dataDir(temp.resolve(name))
                    .listenClientUrls(ANY_PORT)
                    .listenPeerUrls(ANY_PORT)
                    .initialAdvertisePeerUrls(ANY_PORT)
                    .http(http)
                    .build())
            .start();
    assertThat(started.awaitReady(PATIENCE)).isTrue();
    return started;
  }

  private static int port(List<String> urls) {
    return URI.create(urls.get(0)).getPort();
  }

  private static RawHttp.Answer post(String path, String body) throws Exception {
    return RawHttp.ask(port, "POST", path, body);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String put(String key, String value) {
    return "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}";
  }

  private static String find(String regex, String text) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  @Test
  void putRangeDeleteAndTheirHeaders() throws Exception {
    RawHttp.Answer put = post("/v3/kv/put", put("foo", "bar"));
    assertThat(put.status()).isEqualTo(200);
    assertThat(put.body()).matches("\\{" + HEADER + "\\}");
    assertThat(put.header("content-type")).isEqualTo("application/json");
    assertThat(put.header("grpc-metadata-content-type")).isEqualTo("application/grpc");
    assertThat(put.header("access-control-allow-origin")).isEqualTo("*");
    assertThat(put.header("access-control-allow-methods"))
        .isEqualTo("POST, GET, OPTIONS, PUT, DELETE");
    assertThat(put.header("access-control-allow-headers"))
        .isEqualTo("accept, content-type, authorization");
    assertThat(put.headers()).containsKey("date");
    String revision = find("\"revision\":\"([0-9]+)\"", put.body());
    assertThat(post("/v3/kv/range", "{\"key\":\"Zm9v\"}").body())
        .matches(
            "\\{%s,\"kvs\":\\[\\{\"key\":\"Zm9v\",\"create_revision\":\"%s\",\"mod_revision\":\"%s\",\"version\":\"1\",\"value\":\"YmFy\"\\}\\],\"count\":\"1\"\\}"
                .formatted(HEADER, revision, revision));
    assertThat(post("/v3/kv/deleterange", "{\"key\":\"Zm9v\"}").body())
        .matches("\\{" + HEADER + ",\"deleted\":\"1\"\\}");
    assertThat(post("/v3/kv/range", "{\"key\":\"Zm9v\"}").body()).matches("\\{" + HEADER + "\\}");
  }

  @Test
  void olderRootsAndAliasesLeadToTheSame() throws Exception {
    for (String root : List.of("/v3beta", "/v3alpha")) {
      assertThat(post(root + "/kv/range", "{\"key\":\"bm9uZQ==\"}").status()).isEqualTo(200);
    }
    String lease = find("\"ID\":\"([0-9]+)\"", post("/v3/lease/grant", "{\"TTL\":60}").body());
    for (String path : List.of("/v3/lease/timetolive", "/v3/kv/lease/timetolive")) {
      assertThat(post(path, "{\"ID\":" + lease + "}").body()).contains("\"grantedTTL\":\"60\"");
    }
    assertThat(post("/v3/kv/lease/leases", "").body()).contains("{\"ID\":\"" + lease + "\"}");
    assertThat(post("/v3/kv/lease/revoke", "{\"ID\":\"" + lease + "\"}").status()).isEqualTo(200);
  }

  @Test
  void errorsHaveGrpcGatewaysBodyAndStatus() throws Exception {
    expectError("/v3/kv/range", "{}", 400, 3, "etcdserver: key is not provided");
    expectError("/v3/kv/range", "", 400, 3, "etcdserver: key is not provided");
    expectError(
        "/v3/kv/range",
        "{\"key\":\"Zm9v\",\"revision\":99999}",
        400,
        11,
        "etcdserver: mvcc: required revision is a future revision");
    expectError("/v3/lease/revoke", "{\"ID\":5}", 404, 5, "etcdserver: requested lease not found");
    expectError("/v3/election/proclaim", "{}", 500, 2, "\\\"leader\\\" field must be provided");
    expectError("/v3/nothing", "{}", 404, 5, "Not Found");
    RawHttp.Answer got = RawHttp.ask(port, "GET", "/v3/kv/range", "");
    assertThat(got.status()).isEqualTo(405);
    assertThat(got.header("allow")).isEqualTo("POST");
    assertThat(got.body())
        .isEqualTo("{\"code\":12,\"message\":\"Method Not Allowed\",\"details\":[]}");
  }

  private static void expectError(String path, String body, int status, int code, String message)
      throws Exception {
    RawHttp.Answer answer = post(path, body);
    assertThat(answer.body())
        .isEqualTo("{\"code\":%d,\"message\":\"%s\",\"details\":[]}".formatted(code, message));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("content-type")).isEqualTo("application/json");
  }

  @Test
  void malformedJsonIsRefusedAndTheConnectionGoesOn() throws Exception {
    try (RawHttp http = new RawHttp(port)) {
      for (String bad :
          List.of(
              "{bad",
              "{bad}",
              "[]",
              "hello",
              "{\"key\":\"!!\"}",
              "{\"limit\":\"x\"}",
              "{\"key\":")) {
        RawHttp.Answer answer = http.ask("POST", "/v3/kv/range", bad);
        assertThat(answer.status()).as(bad).isEqualTo(400);
        assertThat(answer.body()).as(bad).startsWith("{\"code\":3,\"message\":\"");
      }
      RawHttp.Answer deep = http.ask("POST", "/v3/kv/txn", "{\"success\":".repeat(300));
      assertThat(deep.body()).contains("nested deeper than 200 levels");
      assertThat(http.ask("POST", "/v3/kv/range", "{\"key\":\"Zm9v\"} trailing").status())
          .isEqualTo(200);
    }
  }

  @Test
  void headersBecomeMetadata() throws Exception {
    try (RawHttp http = new RawHttp(port)) {
      // Only a leader takes a call that says it has been passed on; this member leads.
      RawHttp.Answer answer =
          http.ask(
              "POST",
              "/v3/cluster/member/list",
              "{}",
              "Grpc-Metadata-Hasleader: true",
              "Grpc-Metadata-Bad Name: x",
              "Grpc-Metadata-X-Bin: x");
      // A header's name has no blanks, so this is no HTTP.
      assertThat(answer.status()).isEqualTo(400);
    }
    try (RawHttp http = new RawHttp(port)) {
      RawHttp.Answer members =
          http.ask("POST", "/v3/cluster/member/list", "{}", "Grpc-Metadata-Hasleader: true");
      assertThat(members.status()).isEqualTo(200);
      assertThat(members.body()).contains("\"members\":[{\"ID\":\"");
    }
  }

  @Test
  void aDeadlineEndsACallThatWaits() throws Exception {
    RawHttp.Answer first = post("/v3/lock/lock", "{\"name\":\"" + base64("deadline") + "\"}");
    assertThat(first.status()).isEqualTo(200);
    try (RawHttp http = new RawHttp(port)) {
      RawHttp.Answer second =
          http.ask(
              "POST",
              "/v3/lock/lock",
              "{\"name\":\"" + base64("deadline") + "\"}",
              "Grpc-Timeout: 50m");
      assertThat(second.status()).isEqualTo(504);
      assertThat(second.body()).contains("\"code\":4,");
    }
  }

  @Test
  void aWatchIsALinePerMessageInAChunkOfItsOwn() throws Exception {
    try (RawHttp watch = new RawHttp(port)) {
      watch.request("POST", "/v3/watch", "{\"create_request\":{\"key\":\"" + base64("w") + "\"}}");
      RawHttp.Answer head = watch.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
      assertThat(head.header("content-type")).isEqualTo("application/json");
      assertThat(watch.chunk()).matches("\\{\"result\":\\{" + HEADER + ",\"created\":true\\}\\}\n");
      String large = "v".repeat(200_000);
      post("/v3/kv/put", put("w", large));
      post("/v3/kv/put", put("w", "2"));
      assertThat(watch.chunk())
          .matches(
              "\\{\"result\":\\{"
                  + HEADER
                  + ",\"events\":\\[\\{\"kv\":\\{\"key\":\"dw==\",\"create_revision\":\"[0-9]+\","
                  + "\"mod_revision\":\"[0-9]+\",\"version\":\"1\",\"value\":\""
                  + base64(large)
                  + "\"\\}\\}\\]\\}\\}\n");
      assertThat(watch.chunk()).contains("\"version\":\"2\"");
      post("/v3/kv/deleterange", "{\"key\":\"dw==\"}");
      assertThat(watch.chunk()).contains("\"type\":\"DELETE\"").endsWith("}\n");
    }
  }

  @Test
  void severalRequestsInOneBody() throws Exception {
    try (RawHttp watch = new RawHttp(port)) {
      watch.request(
          "POST",
          "/v3/watch",
          "{\"create_request\":{\"key\":\"YQ==\"}}\n{\"create_request\":{\"key\":\"YQ==\",\"watch_id\":\"7\"}} "
              + "{\"cancel_request\":{\"watch_id\":7}}");
      watch.head();
      assertThat(watch.chunk()).contains("\"created\":true");
      assertThat(watch.chunk()).contains("\"watch_id\":\"7\",\"created\":true");
      assertThat(watch.chunk()).contains("\"watch_id\":\"7\",\"canceled\":true");
    }
  }

  @Test
  void aBodyThatGoesOnWhileAnswersCome() throws Exception {
    String lease = find("\"ID\":\"([0-9]+)\"", post("/v3/lease/grant", "{\"TTL\":60}").body());
    try (RawHttp http = new RawHttp(port)) {
      http.send(
          "POST /v3/lease/keepalive HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      String request = "{\"ID\":" + lease + "}";
      String chunk = Integer.toHexString(request.length()) + "\r\n" + request + "\r\n";
      http.send(chunk);
      http.head();
      assertThat(http.chunk()).contains("\"ID\":\"" + lease + "\",\"TTL\":\"60\"");
      http.send(chunk);
      assertThat(http.chunk()).contains("\"TTL\":\"60\"");
      http.send("0\r\n\r\n");
      assertThat(http.chunk()).isNull();
      assertThat(http.ask("GET", "/health", "").status()).isEqualTo(200);
    }
  }

  @Test
  void aKeepAliveOfNoLeaseIsNoError() throws Exception {
    RawHttp.Answer answer = post("/v3/lease/keepalive", "{\"ID\":5}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).matches("\\{\"result\":\\{" + HEADER + ",\"ID\":\"5\"\\}\\}\n");
  }

  @Test
  void aClientThatLeavesLetsGoOfItsLock() throws Exception {
    String name = "{\"name\":\"" + base64("left") + "\"}";
    String held = find("\"key\":\"([^\"]+)\"", post("/v3/lock/lock", name).body());
    String prefix =
        "{\"key\":\"" + base64("left/") + "\",\"range_end\":\"" + base64("left0") + "\"}";
    try (RawHttp waiting = new RawHttp(port)) {
      waiting.request("POST", "/v3/lock/lock", name);
      awaitCount(prefix, 2);
    }
    awaitCount(prefix, 1);
    assertThat(post("/v3/lock/unlock", "{\"key\":\"" + held + "\"}").status()).isEqualTo(200);
  }

  /** Asks until it is so; how long that takes is the store's business. */
  private static void awaitCount(String range, int count) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String body;
    do {
      body = post("/v3/kv/range", range).body();
      assertThat(System.nanoTime()).as(body).isLessThan(deadline);
    } while (!body.contains("\"count\":\"" + count + "\""));
  }

  @Test
  void largeBodiesPassAndTooLargeOnesAreRefused() throws Exception {
    String large = "v".repeat(1_400_000);
    assertThat(post("/v3/kv/put", put("large", large)).status()).isEqualTo(200);
    String range = "{\"key\":\"" + base64("large") + "\"}";
    assertThat(post("/v3/kv/range", range).body()).contains(base64(large));
    try (RawHttp http = new RawHttp(port)) {
      RawHttp.Answer expected =
          http.ask("POST", "/v3/kv/put", put("large", large), "Expect: 100-continue");
      assertThat(expected.status()).isEqualTo(100);
      assertThat(http.answer().status()).isEqualTo(200);
    }
    expectError(
        "/v3/kv/put",
        put("large", "v".repeat(1_800_000)),
        400,
        3,
        "etcdserver: request is too large");
    try (RawHttp http = new RawHttp(port)) {
      http.send("POST /v3/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
      RawHttp.Answer refused = http.answer();
      assertThat(refused.status()).isEqualTo(413);
      assertThat(refused.header("connection")).isEqualTo("close");
      assertThat(http.ends()).isTrue();
    }
  }

  @Test
  void aRangeLargerThanWhatIsCollectedIsStillOneAnswer() throws Exception {
    String value = "x".repeat(500_000);
    for (int i = 0; i < 12; i++) {
      post("/v3/kv/put", put("many/" + i, value));
    }
    RawHttp.Answer answer =
        post(
            "/v3/kv/range",
            "{\"key\":\"" + base64("many/") + "\",\"range_end\":\"" + base64("many0") + "\"}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).endsWith("\"count\":\"12\"}").hasSizeGreaterThan(12 * 650_000);
  }

  @Test
  void pipelinedCallsAreAnsweredInOrder() throws Exception {
    try (RawHttp http = new RawHttp(port)) {
      for (int i = 0; i < 20; i++) {
        http.request("POST", "/v3/kv/put", put("pipelined", "v" + i));
        http.request("POST", "/v3/kv/range", "{\"key\":\"" + base64("pipelined") + "\"}");
      }
      for (int i = 0; i < 20; i++) {
        assertThat(http.answer().body()).matches("\\{" + HEADER + "\\}");
        assertThat(http.answer().body()).contains("\"value\":\"" + base64("v" + i) + "\"");
      }
    }
  }

  @Test
  void whatIsNoHttpIsRefused() throws Exception {
    for (String bad :
        List.of(
            "GET /health HTTP/9.9.9\r\n\r\n",
            "GET /health HTTP/1.1\r\nno colon\r\n\r\n",
            "GET /" + "x".repeat(9000) + " HTTP/1.1\r\n\r\n",
            "GET /health HTTP/1.1\r\nX: " + "y".repeat(70_000) + "\r\n\r\n",
            "POST /v3/kv/put HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")) {
      try (RawHttp http = new RawHttp(port)) {
        http.send(bad);
        assertThat(http.head().status()).isBetween(400, 431);
      }
    }
    assertThat(RawHttp.ask(port, "GET", "/v3/%zz", "").status()).isEqualTo(400);
  }

  @Test
  void optionsAreAnsweredForEveryPath() throws Exception {
    for (String path : List.of("/v3/kv/put", "/health", "/nowhere")) {
      RawHttp.Answer answer = RawHttp.ask(port, "OPTIONS", path, "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
    }
  }

  @Test
  void someOriginsSomeHostsPortsApartAndNoGateway() throws Exception {
    HttpSettings strict =
        new HttpSettings(
            ANY_PORT, ANY_PORT, false, false, List.of("https://ok.example"), List.of("localhost"));
    try (KelsonServer other = start("strict", strict)) {
      int http = port(other.clientHttpUrls());
      try (RawHttp door = new RawHttp(http)) {
        RawHttp.Answer ok = door.ask("GET", "/version", "", "Origin: https://ok.example");
        assertThat(ok.header("access-control-allow-origin")).isEqualTo("https://ok.example");
        RawHttp.Answer unknown = door.ask("GET", "/version", "", "Origin: https://evil.example");
        assertThat(unknown.status()).isEqualTo(200);
        assertThat(unknown.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(door.ask("POST", "/v3/kv/range", "{}").body()).isEqualTo("404 page not found\n");
        door.send("GET /version HTTP/1.1\r\nHost: evil.example:2379\r\n\r\n");
        RawHttp.Answer misdirected = door.answer();
        assertThat(misdirected.status()).isEqualTo(421);
        assertThat(misdirected.body()).contains("\"evil.example\"").contains("--host-whitelist");
        RawHttp.Answer socket =
            door.ask(
                "GET",
                "/v3/watch",
                "",
                "Origin: https://evil.example",
                "Connection: Upgrade",
                "Upgrade: websocket");
        assertThat(socket.status()).isEqualTo(403);
      }
      assertThat(RawHttp.ask(port(other.metricsUrls()), "GET", "/readyz", "").body())
          .isEqualTo("ok\n");
      try (RawHttp grpcOnly = new RawHttp(port(other.clientUrls()))) {
        grpcOnly.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(grpcOnly.ends()).isTrue();
      }
    }
  }

  @Test
  void aWatchOverWebSocket() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = connect("/v3/watch", frames);
    socket.sendText("{\"create_request\":{\"key\":\"" + base64("ws") + "\"}}", true).join();
    assertThat(frames.next()).matches("\\{\"result\":\\{" + HEADER + ",\"created\":true\\}\\}");
    post("/v3/kv/put", put("ws", "1"));
    assertThat(frames.next()).contains("\"value\":\"" + base64("1") + "\"");
    socket.sendPing(java.nio.ByteBuffer.wrap(new byte[] {1})).join();
    assertThat(frames.next()).isEqualTo("pong");
    socket.sendText("{\"progress_requ", false).join();
    socket.sendText("est\":{}}", true).join();
    assertThat(frames.next()).contains("\"watch_id\":\"-1\"");
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    assertThat(frames.next()).isEqualTo("closed 1000");
  }

  @Test
  void oneCallOverWebSocketAndItsErrors() throws Exception {
    Frames frames = new Frames();
    connect("/v3/kv/range", frames).sendText("{\"key\":\"bm9uZQ==\"}", true).join();
    assertThat(frames.next()).matches("\\{" + HEADER + "\\}");
    assertThat(frames.next()).isEqualTo("closed 1000");
    Frames failing = new Frames();
    connect("/v3beta/kv/range", failing).sendText("{}", true).join();
    assertThat(failing.next()).contains("\"message\":\"etcdserver: key is not provided\"");
    assertThat(failing.next()).isEqualTo("closed 1000");
    Frames malformed = new Frames();
    connect("/v3/watch", malformed).sendText("nonsense", true).join();
    assertThat(malformed.next()).startsWith("{\"error\":{\"code\":3,");
    assertThat(malformed.next()).isEqualTo("closed 1000");
  }

  private static WebSocket connect(String path, Frames frames) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols("Bearer", "some.token")
        .buildAsync(URI.create("ws://127.0.0.1:" + port + path), frames)
        .join();
  }

  /** What a client hears over a WebSocket. */
  private static final class Frames implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();

    String next() throws InterruptedException {
      return heard.poll(60, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, java.nio.ByteBuffer message) {
      heard.add("pong");
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      heard.add("closed " + status);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      heard.add("error " + error);
    }
  }
}
