package io.kelson.server.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.server.StartFailure;
import io.kelson.server.config.TlsSettings;
import io.kelson.server.config.TlsSettings.Version;
import io.kelson.server.tls.TestCertificates.Authority;
import io.kelson.server.tls.TestCertificates.Issued;
import io.kelson.server.tls.TestCertificates.Pair;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** TLS on the client port of a member that runs, over real sockets. */
class ClientPortTlsTest {
  @TempDir private Path directory;

  private final Authority ca = TestCertificates.authority("ca");
  private final Issued server = ca.issue("server", "127.0.0.1", "localhost");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TestCertificates files;
  private Path trusted;
  private Pair pair;

  @BeforeEach
  void write() throws Exception {
    files = new TestCertificates(directory);
    trusted = files.pem("ca.pem", ca.certificate());
    pair = files.pair("server", server);
    log.start();
    // Whatever may be said is looked through for the key.
    root().setLevel(Level.DEBUG);
    root().addAppender(log);
  }

  @AfterEach
  void nothingSecretIsInTheLog() throws Exception {
    root().detachAppender(log);
    root().setLevel(null);
    for (String line : Files.readAllLines(pair.key())) {
      assertThat(messages()).noneMatch(message -> message.contains(line));
    }
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger("io.kelson");
  }

  private List<String> messages() {
    synchronized (log) {
      return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
  }

  private TlsMember start(UnaryOperator<TlsSettings.Builder> more) throws Exception {
    return TlsMember.start(
        directory.resolve("data"),
        tls -> more.apply(tls.certFile(pair.cert()).keyFile(pair.key())));
  }

  private TlsMember startMutual(UnaryOperator<TlsSettings.Builder> more) throws Exception {
    return start(tls -> more.apply(tls.trustedCaFile(trusted).clientCertAuth(true)));
  }

  private static void refused(TlsMember member, Authority trusts, Issued own) {
    assertThatThrownBy(() -> member.put(trusts.certificate(), own))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE");
  }

  @Test
  void clientsThatTrustTheAuthorityAreServed() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      assertThat(member.url()).startsWith("https://");
      member.put(ca.certificate(), null);
      refused(member, TestCertificates.authority("other"), null);
      assertThat(messages()).anyMatch(message -> message.startsWith("serving client traffic sec"));
    }
  }

  @Test
  void aServerOfAnotherNameIsNotTalkedTo() throws Exception {
    pair = files.pair("server", ca.issue("server", "elsewhere.example"));
    try (TlsMember member = start(tls -> tls)) {
      refused(member, ca, null);
    }
  }

  @Test
  void whoMustShowACertificateIsLetInWithAGoodOneOnly() throws Exception {
    Issued revoked = ca.issue("revoked");
    ca.revoke(revoked.certificate());
    Path crl = files.pem("crl.pem", ca.revocations());
    try (TlsMember member = startMutual(tls -> tls.crlFile(crl))) {
      member.put(ca.certificate(), ca.issue("client"));
      member.put(ca.certificate(), ca.issueRsa("rsa client"));
      refused(member, ca, null);
      refused(member, ca, revoked);
      refused(member, ca, ca.issueExpired("late"));
      refused(member, ca, TestCertificates.authority("other").issue("stranger"));
      refused(member, ca, TestCertificates.authority("ca").issue("forger"));
      assertThat(messages())
          .anyMatch(message -> message.startsWith("rejected connection on client endpoint from"));
    }
  }

  @Test
  void anAuthorityAloneMeansThatCertificatesAreAskedFor() throws Exception {
    try (TlsMember member = start(tls -> tls.trustedCaFile(trusted))) {
      refused(member, ca, null);
      member.put(ca.certificate(), ca.issue("client"));
    }
  }

  @Test
  void clientsMayHaveToBeForAHost() throws Exception {
    try (TlsMember member =
        startMutual(tls -> tls.allowedHostnames(List.of("a.example", "b.example")))) {
      member.put(ca.certificate(), ca.issue("client", "b.example"));
      refused(member, ca, ca.issue("b.example"));
      refused(member, ca, ca.issue("client", "c.example"));
    }
  }

  @Test
  void clientsMayHaveToHaveACommonName() throws Exception {
    try (TlsMember member = startMutual(tls -> tls.allowedCns(List.of("alice", "bob")))) {
      member.put(ca.certificate(), ca.issue("bob"));
      refused(member, ca, ca.issue("carol", "bob"));
    }
  }

  /** Over the log's level debug a rejected connection says why. */
  @Test
  void theReasonIsLogged() throws Exception {
    Issued revoked = ca.issue("revoked");
    ca.revoke(revoked.certificate());
    Path crl = files.pem("crl.pem", ca.revocations());
    try (TlsMember member = startMutual(tls -> tls.crlFile(crl))) {
      refused(member, ca, revoked);
      assertThat(messages())
          .anyMatch(
              message ->
                  message.startsWith("rejected connection on client endpoint from")
                      && message.contains("the certificate CN=revoked")
                      && message.contains("was revoked"));
    }
  }

  @Test
  void tls11IsRefused() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      byte[] answer = member.answerTo(clientHello(0x0302));
      // An alert, and in it: fatal, protocol version (RFC 8446, section 6).
      assertThat(answer[0]).isEqualTo((byte) 21);
      assertThat(answer[5]).isEqualTo((byte) 2);
      assertThat(answer[6]).isEqualTo((byte) 70);
    }
  }

  /** A hello that offers nothing but this version, and the suites everybody knows. */
  private static byte[] clientHello(int version) {
    ByteBuffer body = ByteBuffer.allocate(512);
    body.putShort((short) version).put(new byte[32]).put((byte) 0);
    body.putShort((short) 4).putShort((short) 0xc02b).putShort((short) 0xc009);
    body.put((byte) 1).put((byte) 0);
    ByteBuffer record = ByteBuffer.allocate(9 + body.position());
    record.put((byte) 22).putShort((short) 0x0301).putShort((short) (4 + body.position()));
    record.put((byte) 1).put((byte) 0).putShort((short) body.position());
    record.put(body.array(), 0, body.position());
    return record.array();
  }

  @Test
  void versionsAndSuitesAreThoseAskedFor() throws Exception {
    String suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    try (TlsMember member =
        start(tls -> tls.maxVersion(Version.TLS1_2).cipherSuites(List.of(suite)))) {
      var context = javax.net.ssl.SSLContext.getInstance("TLS");
      context.init(null, new javax.net.ssl.TrustManager[] {new NoCheck()}, null);
      try (var socket =
          (javax.net.ssl.SSLSocket)
              context.getSocketFactory().createSocket("127.0.0.1", member.port())) {
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
        assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
      }
    }
  }

  @Test
  void anUnknownSuiteIsRefusedAtTheStart() {
    assertThatThrownBy(
            () ->
                start(tls -> tls.cipherSuites(List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA385"))))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA385")
        .hasMessageContaining("the nearest is TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
  }

  @Test
  void filesThatCannotBeUsedStopTheStart() throws Exception {
    files.write("server.pem", new byte[0]);
    assertThatThrownBy(() -> start(tls -> tls))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("server.pem holds no certificates");
  }

  @Test
  void plainClientsAreToldInTheirOwnLanguage() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      assertThat(
              new String(
                  member.answerTo("GET /health HTTP/1.1\r\n\r\n".getBytes(US_ASCII)), US_ASCII))
          .startsWith("HTTP/1.0 400 Bad Request")
          .endsWith("Client sent an HTTP request to an HTTPS server.\n");
      ManagedChannel plain =
          NettyChannelBuilder.forAddress("127.0.0.1", member.port()).usePlaintext().build();
      try {
        assertThatThrownBy(() -> TlsMember.put(plain))
            .hasMessageContaining("this port speaks TLS; connect with https");
      } finally {
        plain.shutdownNow();
      }
    }
  }

  @Test
  void tlsClientsOfAPlainPortAreTold() throws Exception {
    try (TlsMember member =
        TlsMember.start(directory.resolve("data"), "http://127.0.0.1:0", tls -> tls)) {
      assertThat(new String(member.answerTo(clientHello(0x0303)), US_ASCII))
          .endsWith("Client sent a TLS handshake to an HTTP server.\n");
      refused(member, ca, null);
      assertThat(messages())
          .anyMatch(message -> message.contains("it speaks TLS, which this port does not"));
    }
  }

  @Test
  void garbageCostsItsSenderTheConnection() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      member.answerTo(new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
      byte[] almost = clientHello(0x0303);
      java.util.Arrays.fill(almost, 9, almost.length, (byte) 0x5a);
      member.answerTo(almost);
      member.answerTo(new byte[] {22, 9, 9, (byte) 255, (byte) 255, 1, 2, 3, 4});
      member.put(ca.certificate(), null);
    }
  }

  /** New connections see the new certificate; no call fails meanwhile, on old ones or new ones. */
  @Test
  void certificatesAreExchangedUnderLoad() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      AtomicBoolean done = new AtomicBoolean();
      ManagedChannel lasting = member.channel(ca.certificate(), null);
      List<CompletableFuture<Integer>> load = new ArrayList<>();
      load.add(CompletableFuture.supplyAsync(() -> repeat(done, () -> TlsMember.put(lasting))));
      load.add(
          CompletableFuture.supplyAsync(
              () -> repeat(done, () -> member.put(ca.certificate(), null))));
      BigInteger first = member.shown().getSerialNumber();
      for (int i = 0; i < 3; i++) {
        Issued next = ca.issue("server", "127.0.0.1");
        files.pair("server", next);
        Await.until(
            () -> member.shown().getSerialNumber().equals(next.certificate().getSerialNumber()));
      }
      assertThat(member.shown().getSerialNumber()).isNotEqualTo(first);
      done.set(true);
      for (CompletableFuture<Integer> one : load) {
        assertThat(one.get(TlsMember.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
      }
      lasting.shutdownNow();
    }
  }

  private interface Act {
    void run() throws Exception;
  }

  private static int repeat(AtomicBoolean done, Act act) {
    int times = 0;
    while (!done.get()) {
      try {
        act.run();
      } catch (Exception e) {
        throw new AssertionError("call " + times + " failed", e);
      }
      times++;
    }
    return times;
  }

  @Test
  void halfOfANewPairKeepsTheOldOne() throws Exception {
    try (TlsMember member = start(tls -> tls)) {
      Pair next = files.pair("next", ca.issue("next", "127.0.0.1"));
      Files.copy(next.cert(), pair.cert(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Await.until(
          () ->
              messages().stream()
                  .anyMatch(
                      message ->
                          message.contains("the old ones stay in force")
                              && message.contains("server-key.pem does not belong")));
      assertThat(member.shown()).isEqualTo(server.certificate());
      member.put(ca.certificate(), null);
      Files.copy(next.key(), pair.key(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Await.until(() -> !member.shown().equals(server.certificate()));
    }
  }

  /** And a session that it opened before is not resumed either. */
  @Test
  void aRevokedClientStaysOutAfterAReload() throws Exception {
    Path crl = files.pem("crl.pem", ca.revocations());
    Issued client = ca.issue("client");
    try (TlsMember member = startMutual(tls -> tls.crlFile(crl))) {
      ManagedChannel channel = member.channel(ca.certificate(), client);
      TlsMember.put(channel);
      ca.revoke(client.certificate());
      files.pem("crl.pem", ca.revocations());
      Await.until(
          () -> messages().stream().anyMatch(m -> m.contains("new TLS files are in force")));
      // What is connected stays so.
      TlsMember.put(channel);
      channel.enterIdle();
      assertThatThrownBy(() -> TlsMember.put(channel)).hasMessageContaining("UNAVAILABLE");
      channel.shutdownNow();
    }
  }

  @Test
  void curlSpeaksHttp11WithTls() throws Exception {
    assumeThat(isThere("curl")).as("curl is on the PATH").isTrue();
    try (TlsMember member = start(tls -> tls)) {
      List<String> curl = List.of("curl", "-sS", "--cacert", trusted.toString());
      assertThat(run(curl, "--http1.1", member.url() + "/version"))
          .contains("\"etcdserver\":\"3.7.1\"");
      // Offers both, and gets what answers it.
      assertThat(run(curl, member.url() + "/version")).contains("\"etcdserver\":\"3.7.1\"");
      assertThat(run(curl, "--no-alpn", member.url() + "/health")).contains("\"health\":\"true\"");
      assertThat(run(List.of("curl", "-sS"), member.url() + "/version")).contains("certificate");
    }
  }

  @Test
  void stockEtcdctlIsServed() throws Exception {
    assumeThat(isThere("etcdctl")).as("etcdctl is on the PATH").isTrue();
    Pair client = files.traditionalPair("client", ca.issueRsa("client"));
    try (TlsMember member = startMutual(tls -> tls)) {
      List<String> etcdctl =
          List.of("etcdctl", "--endpoints", member.url(), "--cacert", trusted.toString());
      List<String> known = new ArrayList<>(etcdctl);
      known.addAll(List.of("--cert", client.cert().toString(), "--key", client.key().toString()));
      assertThat(run(known, "put", "a", "1")).isEqualTo("OK\n");
      assertThat(run(known, "get", "a")).isEqualTo("a\n1\n");
      assertThat(run(known, "endpoint", "health")).contains("is healthy");
      assertThat(run(etcdctl, "--command-timeout", "1s", "get", "a")).contains("Error");
    }
  }

  private static boolean isThere(String program) {
    for (String at : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(at, program))) {
        return true;
      }
    }
    return false;
  }

  private static String run(List<String> command, String... more)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
    process.waitFor();
    return said;
  }
}
