package io.kelson.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code get --stream} on Kelson, which can, and on an etcd that cannot. */
@Timeout(120)
class StreamedGetTest {
  @TempDir Path folder;

  private static String run(StockEtcd server, String line, String input) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            output,
            OutputStream.nullOutputStream());
    int exitCode =
        new Kelsonctl(console, Map.of("KELSONCTL_ENDPOINTS", server.endpoint()))
            .run(Words.of(line));
    assertThat(exitCode).as(line).isZero();
    return output.toString(UTF_8);
  }

  private static void printsTheSame(StockEtcd server) {
    StringBuilder puts = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      puts.append("put key-%03d %s\n".formatted(i, "v".repeat(i)));
    }
    run(server, "shell", puts.toString());
    for (String line :
        new String[] {
          "get --prefix key-",
          "get --prefix key- --print-value-only",
          "get --prefix key- --limit=7 -w json",
          "get --prefix key- -w fields",
          "get --prefix key- --count-only",
          "get --prefix key- --tree",
          "get key-007 --order=DESCEND",
          "get no-such-key"
        }) {
      assertThat(run(server, line + " --stream", "")).as(line).isEqualTo(run(server, line, ""));
    }
  }

  @Test
  void onKelson() throws Exception {
    Optional<Path> kelson = StockEtcd.builtKelson();
    Assumptions.assumeTrue(
        kelson.isPresent(),
        "skipped: Kelson's server is not built; mvn package -pl kv-server -am builds it");
    int clientPort = StockEtcd.freePort();
    try (StockEtcd server =
        StockEtcd.startKelson(kelson.get(), folder, clientPort, StockEtcd.freePort())) {
      printsTheSame(server);
    }
  }

  @Test
  void onAnEtcdThatCannot() throws Exception {
    Optional<Path> etcd = StockEtcd.program("KELSON_ETCD", "etcd");
    Assumptions.assumeTrue(etcd.isPresent(), "skipped: no etcd on the PATH");
    int clientPort = StockEtcd.freePort();
    try (StockEtcd server = StockEtcd.start(etcd.get(), folder, clientPort, StockEtcd.freePort())) {
      printsTheSame(server);
    }
  }
}
