package io.kelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.netty.channel.epoll.Epoll;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kelson server} as a process: what it prints, how it ends, and what it refuses. */
class ServerProcessTest {
  private static final Pattern CLIENT_PORT =
      Pattern.compile("serving client traffic insecurely.*http://127\\.0\\.0\\.1:(\\d+)");

  @TempDir Path temp;
  private final List<Process> started = new ArrayList<>();
  private final List<String> output = new ArrayList<>();

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aTerminatedServerEndsInGoodOrder() throws Exception {
    Process server = kelson("server", "--data-dir=" + temp.resolve("d"), ANY_CLIENT, ANY_PEER, OWN);
    awaitLine(server, "ready to serve client requests");
    server.destroy();
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
  }

  @Test
  void aKilledServerHasEveryAcknowledgedWriteWhenItComesBack() throws Exception {
    String[] command = {"server", "--data-dir=" + temp.resolve("d"), ANY_CLIENT, ANY_PEER, OWN};
    Process first = kelson(command);
    int acknowledged = 500;
    ManagedChannel channel = connect(first);
    try {
      awaitLine(first, "ready to serve client requests");
      for (int i = 0; i < acknowledged; i++) {
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k" + i)).build());
      }
    } finally {
      channel.shutdownNow();
    }
    first.destroyForcibly().waitFor();

    Process second = kelson(command);
    channel = connect(second);
    try {
      var found =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .range(
                  RangeRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("k"))
                      .setRangeEnd(ByteString.copyFromUtf8("l"))
                      .setCountOnly(true)
                      .build());
      assertThat(found.getCount()).isEqualTo(acknowledged);
      assertThat(found.getHeader().getRevision()).isEqualTo(acknowledged + 1);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aMessageOverTheLimitIsRefusedWithoutAWordInTheLog() throws Exception {
    Process server = kelson("server", "--data-dir=" + temp.resolve("d"), ANY_CLIENT, ANY_PEER, OWN);
    ManagedChannel channel = connect(server);
    try {
      awaitLine(server, "ready to serve client requests");
      PutRequest large =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("k"))
              .setValue(ByteString.copyFrom(new byte[3 << 20]))
              .build();
      var kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> kv.put(large)).hasMessageContaining("RESOURCE_EXHAUSTED");
    } finally {
      channel.shutdownNow();
    }
    // Through its handle, which leaves what it prints open.
    server.toHandle().destroy();
    awaitLine(server, "stopped member");
    assertThat(String.join("\n", output)).doesNotContain("NettyServerStream", "Exception", "\tat ");
  }

  @Test
  void aSecondProcessOnTheSameDirectoryIsRefused() throws Exception {
    String directory = "--data-dir=" + temp.resolve("d");
    Process first = kelson("server", directory, ANY_CLIENT, ANY_PEER, OWN);
    awaitLine(first, "ready to serve client requests");
    Process second = kelson("server", directory, ANY_CLIENT, ANY_PEER, OWN);
    assertEnds(second, Main.EXIT_CANNOT_START, "in use by process " + first.pid());
    assertThat(first.isAlive()).isTrue();
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + taken.getLocalPort();
      Process server =
          kelson(
              "server",
              "--data-dir=" + temp.resolve("d"),
              "--listen-client-urls=" + url,
              "--advertise-client-urls=" + url,
              ANY_PEER,
              OWN);
      assertEnds(server, Main.EXIT_CANNOT_START, "cannot listen on " + url);
    }
    assertThat(temp.resolve("d")).doesNotExist();
  }

  @Test
  void badUseIsRefusedWithACodeOfItsOwn() throws Exception {
    assertEnds(kelson("server", "--nmae=x"), Main.EXIT_USAGE, "did you mean --name?");
    assertEnds(kelson("serve"), Main.EXIT_USAGE, "did you mean server?");
    assertEnds(kelson(), Main.EXIT_USAGE, "Usage: kelson server");
  }

  @Test
  void versionAndHelpPrintAndSucceed() throws Exception {
    assertEnds(kelson("server", "--version"), 0, "etcd Version: 3.7.1");
    assertEnds(kelson("server", "--help"), 0, "--initial-cluster-token");
    assertEnds(kelson("--version"), 0, "Kelson Version:");
  }

  @Test
  void linesOfJsonAreJsonFromTheFirstToTheLast() throws Exception {
    Path file = temp.resolve("logs").resolve("kelson.log");
    Process server =
        kelson(
            "server",
            "--data-dir=" + temp.resolve("d"),
            ANY_CLIENT,
            ANY_PEER,
            OWN,
            "--log-format=json",
            "--log-outputs=stderr," + file,
            "--max-wals=5");
    awaitLine(server, "ready to serve client requests");
    server.toHandle().destroy();
    awaitLine(server, "stopped member");
    // The file has its line after the stream has.
    assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .allSatisfy(
            line ->
                assertThat(JsonParser.parseString(line).getAsJsonObject().keySet())
                    .contains("level", "ts", "caller", "msg"));
    assertThat(output).anyMatch(line -> line.contains("--max-wals has no effect"));
    assertThat(output)
        .anyMatch(
            line ->
                line.contains("settings that are not the defaults:")
                    && line.contains("log-format=json"));
    assertThat(Files.readAllLines(file)).containsAll(output);
  }

  @Test
  void theServiceManagerIsToldWhenItServes() throws Exception {
    assumeTrue(Epoll.isAvailable(), "Unix sockets need Linux");
    String path = temp.resolve("notify").toString();
    try (NotifySocket manager = new NotifySocket(path)) {
      Process server =
          kelson(
              Map.of("NOTIFY_SOCKET", path),
              "server",
              "--data-dir=" + temp.resolve("d"),
              ANY_CLIENT,
              ANY_PEER,
              OWN);
      assertThat(manager.take()).isEqualTo("READY=1");
      server.toHandle().destroy();
      assertThat(manager.take()).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void aServerThatIsKilledLeavesNoLibraryBehind() throws Exception {
    Path scratch = Files.createDirectory(temp.resolve("scratch"));
    Process server =
        kelson(
            Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + scratch),
            "server",
            "--data-dir=" + temp.resolve("d"),
            ANY_CLIENT,
            ANY_PEER,
            OWN);
    awaitLine(server, "ready to serve client requests");
    server.destroyForcibly().waitFor();
    try (var left = Files.list(scratch)) {
      assertThat(left).noneMatch(file -> file.toString().contains("rocksdb"));
    }
  }

  /** Each of them was a tenth of the time to start, and its classes say whether it was done. */
  @Test
  void aStartMakesNothingReadyThatNobodyAskedFor() throws Exception {
    Path loaded = temp.resolve("loaded");
    Process server =
        kelson(
            Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + loaded),
            "server",
            "--data-dir=" + temp.resolve("d"),
            ANY_CLIENT,
            ANY_PEER,
            OWN);
    awaitLine(server, "ready to serve client requests");
    assertThat(Files.readString(loaded))
        .contains("io.kelson.server.tls.TlsContexts ")
        .doesNotContain("sun.security.ssl.SSLContextImpl ")
        .doesNotContain("javax.xml.parsers.SAXParser ");
  }

  @Test
  void settingsCanBeLookedAtWithoutStarting() throws Exception {
    Path file = Files.writeString(temp.resolve("k.yml"), "name: a\nmax-wals: 3\n");
    assertEnds(kelson("config", "check", file.toString()), 0, "name: a  # " + file + ":1");
    Files.writeString(file, "nmae: a\nmax-txn-ops: x\n");
    assertEnds(
        kelson("config", "check", file.toString()), 1, file + ":1: there is no setting nmae");
    assertEnds(kelson("config", "check", file.toString()), 1, "kelson config: 2 problems");
    assertEnds(
        kelson("server", "--config-file=" + file), Main.EXIT_USAGE, file + ":2: max-txn-ops");
    assertEnds(kelson("config", "check", "--", "--name=b"), 0, "name: b  # --name");
    assertEnds(kelson("config", "chekc"), Main.EXIT_USAGE, "Usage: kelson config check");
  }

  private static final String ANY_CLIENT = "--listen-client-urls=http://127.0.0.1:0";
  private static final String ANY_PEER = "--listen-peer-urls=http://127.0.0.1:0";
  private static final String OWN = "--initial-advertise-peer-urls=http://127.0.0.1:0";

  private Process kelson(String... args) throws IOException {
    return kelson(Map.of(), args);
  }

  private Process kelson(Map<String, String> environment, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-cp");
    command.add(classPath());
    command.add(Main.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  /** Without the tests' own logging, which is quiet; the server's shall speak. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private ManagedChannel connect(Process server) throws IOException {
    Matcher port = CLIENT_PORT.matcher(awaitLine(server, "serving client traffic"));
    assertThat(port.find()).isTrue();
    return NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(port.group(1)))
        .usePlaintext()
        .build();
  }

  /** Reads what the process prints up to a line with that text. */
  private String awaitLine(Process process, String text) throws IOException {
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.add(line);
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("the process ended without printing \"" + text + "\": " + output);
  }

  private void assertEnds(Process process, int code, String text) throws Exception {
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(printed).contains(text);
    assertThat(process.exitValue()).isEqualTo(code);
  }
}
