package io.kelson.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code bin/kelson} runs once to make its archive of loaded classes: a member alone that
 * serves a few calls, so that the classes a server needs have been loaded and linked when the JVM
 * writes them out. Uses a temporary directory and loopback ports of its own.
 */
public final class ArchiveTraining {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ArchiveTraining() {}

  /** Runs the member and the calls; needs no argument. */
  public static void main(String[] arguments) throws Exception {
    Main.main(new String[] {"server", "--version"});
    Path directory = Files.createTempDirectory("kelson-archive");
    try {
      ServerConfig config = ServerFlags.parse(flags(directory), Map.of()).config();
      Logging.setUp(config.logLevel().name(), config.log());
      try (KelsonServer server = KelsonServer.builder().config(config).start()) {
        if (!server.awaitReady(PATIENCE)) {
          throw new IllegalStateException("no member came up within " + PATIENCE);
        }
        URI url = URI.create(server.clientUrls().get(0));
        call(url);
        callByJson(url);
      }
    } finally {
      delete(directory);
    }
  }

  private static List<String> flags(Path directory) {
    return List.of(
        "--name=training",
        "--data-dir=" + directory.resolve("member"),
        "--listen-client-urls=http://127.0.0.1:0",
        "--advertise-client-urls=http://127.0.0.1:0",
        "--listen-peer-urls=http://127.0.0.1:0",
        "--initial-advertise-peer-urls=http://127.0.0.1:0",
        "--initial-cluster=training=http://127.0.0.1:0");
  }

  private static void call(URI url) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(url.getHost(), url.getPort()).usePlaintext().build();
    try {
      KVGrpc.KVBlockingStub keys = KVGrpc.newBlockingStub(channel);
      ByteString key = ByteString.copyFromUtf8("a");
      keys.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
      keys.range(RangeRequest.newBuilder().setKey(key).build());
      keys.range(RangeRequest.newBuilder().setKey(key).setSerializable(true).build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static void callByJson(URI url) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    for (HttpRequest.Builder each :
        List.of(
            HttpRequest.newBuilder(url.resolve("/v3/kv/put"))
                .POST(BodyPublishers.ofString("{\"key\":\"YQ==\",\"value\":\"YQ==\"}")),
            HttpRequest.newBuilder(url.resolve("/readyz")),
            HttpRequest.newBuilder(url.resolve("/metrics")))) {
      HttpResponse<String> answer = client.send(each.build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(answer + " " + answer.body());
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
