package io.kelson.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.kelson.api.AuthEnableRequest;
import io.kelson.api.AuthGrpc;
import io.kelson.api.AuthRoleAddRequest;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserChangePasswordRequest;
import io.kelson.api.AuthUserGrantRoleRequest;
import io.kelson.api.AuthenticateRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.SnapshotRequest;
import io.kelson.server.KelsonServer;
import io.kelson.server.config.AuthSettings;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.ServerFlags;
import io.kelson.server.repair.LocalCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Secrets that can be told from everything else go through a member, rightly and wrongly; then
 * everything that it wrote, logged, published and answered is searched for them.
 */
class SecretsTest {
  private static final String ROOT_PASSWORD = "canary-root-Pq7fW2";
  private static final String NEW_PASSWORD = "canary-new-Zx81mK";
  private static final String WRONG_PASSWORD = "canary-wrong-Ht3vB9";
  private static final String BAD_TOKEN = "canary-token-Yc5nR4";
  private static final String KEY = "canary-signing-key-Lw6gD0-of-thirty-two-bytes-or-more";
  private static final String STRAY = "canary-stray-Js2kU8";
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path directory;

  private final List<String> told = new ArrayList<>();

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"simple", "jwt"})
  void secretsAreFoundNowhere(String kind) throws Exception {
    Path key = directory.resolve("signing.key");
    Files.writeString(key, KEY);
    String setting =
        kind.equals("simple") ? kind : "jwt,priv-key=" + key + ",sign-method=HS256,ttl=5m";
    Logger kelson = (Logger) LoggerFactory.getLogger("io.kelson");
    Level level = kelson.getLevel();
    kelson.setLevel(Level.DEBUG);
    List<String> secrets = secrets();
    try (LogWitness log = new LogWitness(true);
        LocalCluster cluster = new LocalCluster(directory.resolve("members"), 1)) {
      KelsonServer server =
          cluster.start(0, settings -> settings.auth(new AuthSettings(setting, 300, 4)));
      cluster.awaitReady(0);
      String token = cluster.ask(0, this::useAndMisuse);
      assertThat(token).isNotEmpty();
      byte[] backup = cluster.ask(0, channel -> backup(channel, token));
      assertThat(backup.length).as("a backup").isGreaterThan(1000);
      // What makes others believe the bearer.
      secrets.add(token);
      wrongSettings();
      told.add(new String(server.metrics().body(""), StandardCharsets.UTF_8));
      told.add(server.status().toString());
      ServerConfig config =
          cluster.config(0, settings -> settings.auth(new AuthSettings(setting, 300, 4)));
      told.add(config.toString());
      cluster.stop(0);
      assertThat(log.lines).as("lines logged").hasSizeGreaterThan(5);
      told.addAll(log.lines);
      for (String secret : secrets) {
        assertThat(told).noneMatch(text -> text.contains(secret));
        assertThat(contains(backup, secret)).as("%s in the backup", secret).isFalse();
      }
      assertNotStored(cluster.dataDir(0), secrets);
    } finally {
      kelson.setLevel(level);
    }
  }

  private static List<String> secrets() {
    List<String> secrets = new ArrayList<>();
    for (String secret :
        List.of(ROOT_PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, BAD_TOKEN, KEY, STRAY)) {
      secrets.add(secret);
      secrets.add(
          Base64.getEncoder()
              .withoutPadding()
              .encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }
    return secrets;
  }

  private String useAndMisuse(ManagedChannel channel) {
    var auth = AuthGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    auth.userAdd(
        AuthUserAddRequest.newBuilder().setName("root").setPassword(ROOT_PASSWORD).build());
    refused(
        () ->
            auth.userAdd(
                AuthUserAddRequest.newBuilder().setName("root").setPassword(STRAY).build()));
    refused(() -> auth.userAdd(AuthUserAddRequest.newBuilder().setPassword(STRAY).build()));
    auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
    auth.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
    refused(() -> login(channel, "root", WRONG_PASSWORD));
    refused(() -> login(channel, "nobody", WRONG_PASSWORD));
    refused(() -> put(channel, BAD_TOKEN));
    refused(() -> put(channel, "Bearer " + BAD_TOKEN));
    refused(() -> put(channel, null));
    String token = login(channel, "root", ROOT_PASSWORD);
    put(channel, token);
    auth.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers(token)))
        .userChangePassword(
            AuthUserChangePasswordRequest.newBuilder()
                .setName("root")
                .setPassword(NEW_PASSWORD)
                .build());
    refused(() -> login(channel, "root", ROOT_PASSWORD));
    String fresh = login(channel, "root", NEW_PASSWORD);
    put(channel, fresh);
    return fresh;
  }

  private void refused(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      told.add(e.getStatus() + " " + e.getTrailers());
      return;
    }
    throw new AssertionError("it was not refused");
  }

  private static String login(ManagedChannel channel, String user, String password) {
    return AuthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .authenticate(AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
        .getToken();
  }

  private static void put(ManagedChannel channel, String token) {
    KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers(token)))
        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
  }

  private static Metadata headers(String token) {
    Metadata headers = new Metadata();
    if (token != null) {
      headers.put(TOKEN, token);
    }
    return headers;
  }

  private static byte[] backup(ManagedChannel channel, String token) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers(token)))
        .snapshot(SnapshotRequest.getDefaultInstance())
        .forEachRemaining(part -> all.writeBytes(part.getBlob().toByteArray()));
    return all.toByteArray();
  }

  /** A secret where another value belongs, and the key in place of its file's name. */
  private void wrongSettings() throws IOException {
    Path file = directory.resolve("kelson.yaml");
    Files.writeString(file, "password: " + STRAY + "\nclient-transport-security:\n  key: " + STRAY);
    for (List<String> args :
        List.of(
            List.of("--password=" + STRAY),
            List.of("--password", STRAY),
            List.of("--config-file", file.toString()))) {
      try {
        ServerFlags.parse(args, Map.of("ETCD_PASSWORD", STRAY, "KELSON_PASSWORD", STRAY));
        throw new AssertionError(args + " was taken");
      } catch (ConfigException e) {
        told.add(e.toString());
      }
    }
    told.add(ServerFlags.parse(List.of(), Map.of("ETCD_PASSWORD", STRAY)).toString());
  }

  private static void assertNotStored(Path data, List<String> secrets) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(data)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      for (String secret : secrets) {
        assertThat(contains(bytes, secret)).as("%s in %s", secret, file).isFalse();
      }
    }
  }

  private static boolean contains(byte[] bytes, String secret) {
    return new String(bytes, StandardCharsets.ISO_8859_1).contains(secret);
  }
}
