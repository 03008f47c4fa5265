package io.kelson.server;

import static io.kelson.server.AuthFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kelson.api.AuthDisableRequest;
import io.kelson.api.AuthRoleGetRequest;
import io.kelson.api.AuthStatusRequest;
import io.kelson.api.AuthUserAddRequest;
import io.kelson.api.AuthUserChangePasswordRequest;
import io.kelson.api.AuthUserDeleteRequest;
import io.kelson.api.AuthUserGetRequest;
import io.kelson.api.AuthUserListRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.api.auth.Permission;
import io.kelson.api.auth.UserAddOptions;
import io.kelson.server.config.AuthSettings;
import io.kelson.server.config.ServerConfig;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users, roles and tokens of a whole member, through its client port. */
@Timeout(300)
class AuthTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temp;
  private KelsonServer server;
  private AuthFixture fixture;

  @BeforeEach
  void start() throws Exception {
    start(AuthSettings.DEFAULT);
  }

  private void start(AuthSettings auth) throws Exception {
    List<String> any = List.of("http://127.0.0.1:0");
    ServerConfig config =
        ServerConfig.builder()
            .dataDir(temp.resolve("data"))
            .listenClientUrls(any)
            .listenPeerUrls(any)
            .initialAdvertisePeerUrls(any)
            .auth(auth)
            .build();
    server = KelsonServer.builder().config(config).start();
    assertThat(server.awaitReady(PATIENCE)).isTrue();
    fixture = new AuthFixture(server);
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
    server.close();
  }

  @Test
  void usersMayWhatTheirRolesSay() {
    put("k/1", "v", "");
    String root = fixture.enable();
    String alice = fixture.addUserWith(Permission.Type.READWRITE, "alice", "k", "l", root);
    put("k/2", "v", alice);
    assertThat(get("k/1", alice)).isEqualTo("v");
    refused(EtcdError.PERMISSION_DENIED, () -> put("x", "v", alice));
    refused(EtcdError.PERMISSION_DENIED, () -> get("x", alice));
    refused(EtcdError.USER_EMPTY, () -> get("k/1", ""));
    refused(EtcdError.USER_EMPTY, () -> put("k/1", "v", ""));
    refused(EtcdError.INVALID_AUTH_TOKEN, () -> get("k/1", "abcdefghijklmnop.999999"));
    refused(EtcdError.INVALID_AUTH_TOKEN, () -> put("k/1", "v", "Bearer nonsense"));
    assertThat(get("k/1", "Bearer " + alice)).isEqualTo("v");
    assertThat(alice).matches("[A-Za-z]{16}\\.\\d+");
  }

  @Test
  void passwordsAreCheckedAndTokensEndWithThem() {
    refused(EtcdError.AUTH_NOT_ENABLED, () -> fixture.login("root", "x"));
    String root = fixture.enable();
    String alice = fixture.addUserWith(Permission.Type.READWRITE, "alice", "k", "l", root);
    refused(EtcdError.AUTH_FAILED, () -> fixture.login("alice", "wrong"));
    refused(EtcdError.AUTH_FAILED, () -> fixture.login("nobody", "alice"));
    fixture
        .auth(root)
        .userChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName("alice").setPassword("new").build());
    refused(EtcdError.INVALID_AUTH_TOKEN, () -> get("k/1", alice));
    refused(EtcdError.AUTH_FAILED, () -> fixture.login("alice", "alice"));
    String again = fixture.login("alice", "new");
    put("k/1", "v", again);
    fixture.auth(root).userDelete(AuthUserDeleteRequest.newBuilder().setName("alice").build());
    refused(EtcdError.INVALID_AUTH_TOKEN, () -> get("k/1", again));
    refused(EtcdError.AUTH_FAILED, () -> fixture.login("alice", "new"));
    fixture.auth(root).authDisable(AuthDisableRequest.getDefaultInstance());
    assertThat(get("k/1", "")).isEqualTo("v");
    assertThat(get("k/1", again)).as("an old token does no harm").isEqualTo("v");
  }

  @Test
  void aUserWithoutAPasswordCannotLogIn() {
    String root = fixture.enable();
    fixture
        .auth(root)
        .userAdd(
            AuthUserAddRequest.newBuilder()
                .setName("cert")
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                .build());
    refused(EtcdError.NO_PASSWORD_USER, () -> fixture.login("cert", ""));
    refused(EtcdError.NO_PASSWORD_USER, () -> fixture.login("cert", "x"));
  }

  @Test
  void questionsAboutUsersAreForThemAndRoot() {
    String root = fixture.enable();
    String alice = fixture.addUserWith(Permission.Type.READ, "alice", "k", "", root);
    assertThat(roles("alice", alice)).containsExactly("alice");
    refused(EtcdError.PERMISSION_DENIED, () -> roles("root", alice));
    refused(EtcdError.USER_NOT_FOUND, () -> roles("nobody", root));
    assertThat(fixture.auth(root).userList(AuthUserListRequest.getDefaultInstance()).getUsersList())
        .containsExactly("alice", "root");
    refused(
        EtcdError.PERMISSION_DENIED,
        () -> fixture.auth(alice).userList(AuthUserListRequest.getDefaultInstance()));
    refused(
        EtcdError.ROLE_NOT_FOUND,
        () -> fixture.auth(root).roleGet(AuthRoleGetRequest.newBuilder().setRole("no").build()));
    var status = fixture.auth("").authStatus(AuthStatusRequest.getDefaultInstance());
    assertThat(status.getEnabled()).isTrue();
    assertThat(status.getAuthRevision()).isEqualTo(7);
    assertThat(status.getHeader().getMemberId()).isEqualTo(server.memberId());
  }

  @Test
  void aRightOnOneKeyGivesNoWatchFromThatKeyOn() throws Exception {
    String root = fixture.enable();
    String alice = fixture.addUserWith(Permission.Type.READ, "alice", "k", "", root);
    assertThat(watch("k", "", alice).getCreated()).isTrue();
    for (String end : List.of("\0", "l", "k\0\0")) {
      WatchResponse refused = watch("k", end, alice);
      assertThat(refused.getCreated()).isTrue();
      assertThat(refused.getCanceled()).isTrue();
      assertThat(refused.getWatchId()).isEqualTo(-1);
      assertThat(refused.getCancelReason())
          .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
    }
    assertThat(watch("k", "", "").getCancelReason())
        .isEqualTo("rpc error: code = InvalidArgument desc = etcdserver: user name is empty");
    assertThat(watch("k", "", "wrong").getCancelReason())
        .isEqualTo("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
  }

  @Test
  void usersOutliveARestartAndTokensDoNotNeedTo() throws Exception {
    put("k/1", "v", "");
    String root = fixture.enable();
    fixture.addUserWith(Permission.Type.READ, "alice", "k", "l", root);
    stop();
    start();
    refused(EtcdError.USER_EMPTY, () -> get("k/1", ""));
    String alice = fixture.login("alice", "alice");
    assertThat(get("k/1", alice)).isEqualTo("v");
    refused(EtcdError.PERMISSION_DENIED, () -> put("k/1", "v", alice));
  }

  @Test
  void thePasswordStandsInNoFile() throws Exception {
    String root = fixture.enable();
    fixture.addUser("bob", "Kanarienvogel-im-Kohlenschacht", root);
    String token = fixture.login("bob", "Kanarienvogel-im-Kohlenschacht");
    refused(EtcdError.PERMISSION_DENIED, () -> put("k", "v", token));
    server.close();
    byte[] userName = "bob".getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    try (Stream<Path> files = Files.walk(temp)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content)
            .as(file.toString())
            .doesNotContain("Kanarienvogel", AuthFixture.ROOT_PASSWORD);
        found |= content.contains(new String(userName, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(found).as("the search finds what is there").isTrue();
  }

  @Test
  void longPasswordsAreRefusedWithoutBeingRepeated() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.addUser("long", "secret".repeat(20), ""));
    assertThat(refused.getStatus().getDescription())
        .isEqualTo("kelson: the password is too long: bcrypt takes at most 72 bytes");
  }

  @Test
  void signedTokensAreGoodUntilUsersChange() throws Exception {
    stop();
    start(new AuthSettings("jwt,priv-key=" + rsaKey() + ",sign-method=RS256,ttl=10m", 300, 4));
    String root = fixture.enable();
    assertThat(root.split("\\.")).hasSize(3);
    put("k", "v", root);
    fixture.addUser("alice", "alice", root);
    refused(EtcdError.AUTH_OLD_REVISION, () -> get("k", root));
    String again = fixture.login("root", AuthFixture.ROOT_PASSWORD);
    assertThat(get("k", again)).isEqualTo("v");
    stop();
    start(new AuthSettings("jwt,priv-key=" + rsaKey() + ",sign-method=RS256", 300, 4));
    refused(EtcdError.INVALID_AUTH_TOKEN, () -> get("k", again));
  }

  @Test
  void jetcdLogsInAndIsRefused() throws Exception {
    String root = fixture.enable();
    fixture.addUserWith(Permission.Type.READWRITE, "alice", "k", "l", root);
    try (Client client =
        Client.builder()
            .endpoints(server.clientUrls().get(0))
            .user(sequence("alice"))
            .password(sequence("alice"))
            .build()) {
      client.getKVClient().put(sequence("k/1"), sequence("v")).get(60, TimeUnit.SECONDS);
      // Jetcd asks for another token by itself when this one is gone.
      fixture
          .auth(root)
          .userChangePassword(
              AuthUserChangePasswordRequest.newBuilder()
                  .setName("alice")
                  .setPassword("alice")
                  .build());
      assertThat(client.getKVClient().get(sequence("k/1")).get(60, TimeUnit.SECONDS).getCount())
          .isEqualTo(1);
      var denied = client.getKVClient().get(sequence("x"));
      assertThat(denied)
          .failsWithin(60, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining(EtcdError.PERMISSION_DENIED.text());
    }
  }

  @Test
  void etcdctlGoesThroughItsMotions() throws Exception {
    boolean there =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcdctl")));
    if (!there) {
      String skipped = "etcdctl's users SKIPPED: no etcdctl on the PATH";
      System.out.println(skipped);
      Assumptions.abort(skipped);
    }
    assertThat(etcdctl("user", "add", "root:pw")).contains("User root created");
    assertThat(etcdctl("user", "grant-role", "root", "root")).contains("Role root is granted");
    assertThat(etcdctl("auth", "enable")).contains("Authentication Enabled");
    assertThat(etcdctl("get", "a")).contains("etcdserver: user name is empty");
    assertThat(etcdctl("--user", "root:no", "get", "a"))
        .contains("authentication failed, invalid user ID or password");
    assertThat(etcdctl("--user", "root:pw", "role", "add", "app")).contains("Role app created");
    assertThat(
            etcdctl(
                "--user",
                "root:pw",
                "role",
                "grant-permission",
                "app",
                "--prefix",
                "readwrite",
                "app/"))
        .contains("Role app updated");
    assertThat(etcdctl("--user", "root:pw", "role", "get", "app"))
        .contains("KV Read:", "[app/, app0) (prefix app/)");
    assertThat(etcdctl("--user", "root:pw", "user", "add", "svc:geheim"))
        .contains("User svc created");
    assertThat(etcdctl("--user", "root:pw", "user", "grant-role", "svc", "app"))
        .contains("Role app is granted to user svc");
    assertThat(etcdctl("--user", "svc:geheim", "put", "app/1", "v")).contains("OK");
    assertThat(etcdctl("--user", "svc:geheim", "get", "--prefix", "app/")).contains("app/1\nv");
    assertThat(etcdctl("--user", "svc:geheim", "get", "other"))
        .contains("etcdserver: permission denied");
    assertThat(etcdctl("--user", "svc:geheim", "user", "list"))
        .contains("etcdserver: permission denied");
    assertThat(etcdctl("--user", "svc:geheim", "user", "get", "svc")).contains("Roles: app");
    assertThat(etcdctl("--user", "svc:geheim", "endpoint", "status")).contains("127.0.0.1");
    assertThat(etcdctl("--user", "svc:geheim", "compaction", "2"))
        .contains("etcdserver: permission denied");
    assertThat(etcdctl("--user", "svc:geheim", "lock", "app/lock", "echo", "held"))
        .contains("held");
    assertThat(etcdctl("--user", "root:pw", "user", "delete", "svc")).contains("deleted");
    assertThat(etcdctl("--user", "root:pw", "auth", "disable")).contains("Authentication Disabled");
    assertThat(etcdctl("get", "app/1")).contains("app/1\nv");
  }

  private String etcdctl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "etcdctl", "--endpoints=" + server.clientUrls().get(0), "--command-timeout=60s"));
    command.addAll(List.of(arguments));
    Path output = temp.resolve("etcdctl.out");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  private Path rsaKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    String text =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    return Files.writeString(temp.resolve("key.pem"), text);
  }

  private List<String> roles(String user, String token) {
    return fixture
        .auth(token)
        .userGet(AuthUserGetRequest.newBuilder().setName(user).build())
        .getRolesList();
  }

  private void put(String key, String value, String token) {
    AuthFixture.with(token, KVGrpc.newBlockingStub(fixture.channel))
        .put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build());
  }

  private String get(String key, String token) {
    return AuthFixture.with(token, KVGrpc.newBlockingStub(fixture.channel))
        .range(RangeRequest.newBuilder().setKey(bytes(key)).build())
        .getKvs(0)
        .getValue()
        .toStringUtf8();
  }

  private WatchResponse watch(String key, String end, String token) throws InterruptedException {
    BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> requests =
        AuthFixture.with(token, WatchGrpc.newStub(fixture.channel))
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    responses.add(response);
                  }

                  @Override
                  public void onError(Throwable problem) {}

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
            .build());
    WatchResponse first = responses.poll(60, TimeUnit.SECONDS);
    requests.onError(new RuntimeException("seen enough"));
    return first;
  }

  private static void refused(EtcdError error, ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).as("nothing was refused").isNotNull();
    assertThat(AuthFixture.errorOf(thrown)).isEqualTo(error.code() + " " + error.text());
  }

  private static ByteSequence sequence(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
