package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.client.Bytes;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.PutOp;
import io.kelson.client.TlsOptions;
import io.kelson.server.tls.TestCertificates.Authority;
import io.kelson.server.tls.TestCertificates.Pair;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against a member that asks for certificates. */
class OwnClientTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private final Authority ca = TestCertificates.authority("ca");
  private TestCertificates files;
  private Path trusted;

  @BeforeEach
  void write() throws Exception {
    files = new TestCertificates(directory);
    trusted = files.pem("ca.pem", ca.certificate());
  }

  private TlsMember start(boolean isMutual, String... hosts) throws Exception {
    Pair pair = files.pair("server", ca.issue("server", hosts));
    return TlsMember.start(
        directory.resolve("data"),
        tls ->
            tls.certFile(pair.cert())
                .keyFile(pair.key())
                .trustedCaFile(isMutual ? trusted : null)
                .clientCertAuth(isMutual));
  }

  private static void put(String endpoint, TlsOptions tls, Duration timeout) {
    try (KelsonClient client =
        KelsonClient.builder().endpoints(endpoint).tls(tls).requestTimeout(timeout).build()) {
      client.put(PutOp.of(Bytes.utf8("k"), Bytes.utf8("v")));
    }
  }

  @Test
  void keysOfEveryUsualFormAreShown() throws Exception {
    try (TlsMember member = start(true, "127.0.0.1")) {
      TlsOptions none = TlsOptions.trusting(trusted);
      for (Pair pair :
          List.of(
              files.pair("ec", ca.issue("ec")),
              files.pair("rsa", ca.issueRsa("rsa")),
              files.traditionalPair("sec1", ca.issue("sec1")),
              files.traditionalPair("pkcs1", ca.issueRsa("pkcs1")))) {
        put(member.url(), none.showing(pair.cert(), pair.key()), LONG);
        put("127.0.0.1:" + member.port(), none.showing(pair.cert(), pair.key()), LONG);
      }
      assertThatThrownBy(() -> put(member.url(), none, SHORT)).isInstanceOf(EtcdException.class);
    }
  }

  @Test
  void serversMustBeWhoTheyShouldBe() throws Exception {
    try (TlsMember member = start(false, "elsewhere.example")) {
      TlsOptions tls = TlsOptions.trusting(trusted);
      assertThatThrownBy(() -> put(member.url(), tls, SHORT))
          .hasMessageContaining("context deadline exceeded: TLS: ")
          .hasMessageContaining("127.0.0.1");
      put(member.url(), tls.withServerName("elsewhere.example"), LONG);
      put(member.url(), TlsOptions.DEFAULT.skippingVerify(true), LONG);
      assertThatThrownBy(() -> put(member.url(), TlsOptions.DEFAULT, SHORT))
          .hasMessageContaining("unable to find valid certification path");
    }
  }

  @Test
  void theWrongSchemeIsNamed() throws Exception {
    try (TlsMember member = start(false, "127.0.0.1");
        TlsMember plain =
            TlsMember.start(directory.resolve("plain"), "http://127.0.0.1:0", tls -> tls)) {
      TlsOptions tls = TlsOptions.trusting(trusted);
      assertThatThrownBy(() -> put("http://127.0.0.1:" + member.port(), tls, SHORT))
          .hasMessageContaining("the server speaks TLS; use an https:// endpoint");
      assertThatThrownBy(() -> put("https://127.0.0.1:" + plain.port(), tls, SHORT))
          .hasMessageContaining("the server does not speak TLS; use an http:// endpoint");
    }
  }

  @Test
  void filesThatCannotBeUsedAreNamedWithoutTheirContents() throws Exception {
    Pair pair = files.pair("mine", ca.issue("mine"));
    List<String> lines = Files.readAllLines(pair.key());
    files.write(
        "mine-key.pem",
        (lines.get(0) + "\n" + lines.get(1) + "\n" + lines.get(lines.size() - 1))
            .getBytes(StandardCharsets.US_ASCII));
    TlsOptions tls = TlsOptions.trusting(trusted).showing(pair.cert(), pair.key());
    assertThatThrownBy(() -> put("https://127.0.0.1:1", tls, SHORT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mine-key.pem holds no private key")
        .satisfies(
            problem -> {
              StringWriter trace = new StringWriter();
              problem.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain(lines.get(1));
            });
    assertThatThrownBy(
            () -> put("https://h:1", TlsOptions.trusting(directory.resolve("gone.pem")), SHORT))
        .hasMessageContaining("gone.pem cannot be read");
    assertThatThrownBy(() -> TlsOptions.DEFAULT.showing(pair.cert(), null))
        .hasMessageContaining("give both or neither");
  }
}
