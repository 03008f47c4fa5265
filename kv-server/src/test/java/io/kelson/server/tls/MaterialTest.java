package io.kelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.tls.TestCertificates.Authority;
import io.kelson.server.tls.TestCertificates.Issued;
import io.kelson.server.tls.TestCertificates.Pair;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaterialTest {
  @TempDir private Path directory;

  private final Authority ca = TestCertificates.authority("ca");
  private TestCertificates files;
  private Path trusted;

  @BeforeEach
  void write() throws Exception {
    files = new TestCertificates(directory);
    trusted = files.pem("ca.pem", ca.certificate());
  }

  private TlsFiles with(Pair pair, Path revoked) {
    return new TlsFiles(pair.cert(), pair.key(), trusted, List.of(), revoked);
  }

  @Test
  void keysMayBeOfAnyUsualForm() throws Exception {
    Issued ec = ca.issue("ec");
    Issued rsa = ca.issueRsa("rsa");
    for (Pair pair :
        List.of(
            files.pair("ec", ec),
            files.pair("rsa", rsa),
            files.traditionalPair("sec1", ec),
            files.traditionalPair("pkcs1", rsa))) {
      Material material = Material.load(with(pair, null));
      assertThat(material.key()).as("%s", pair.key()).isNotNull();
      assertThat(material.trusted()).containsExactly(ca.certificate());
    }
    assertThat(Files.readString(directory.resolve("sec1-key.pem"))).contains("EC PRIVATE KEY");
    assertThat(Files.readString(directory.resolve("pkcs1-key.pem"))).contains("RSA PRIVATE KEY");
  }

  @Test
  void aWholeChainIsShown() throws Exception {
    Issued own = ca.issue("own");
    Pair pair = files.pair("own", own);
    files.pem("own.pem", own.certificate(), ca.certificate());
    assertThat(Material.load(with(pair, null)).chain())
        .containsExactly(own.certificate(), ca.certificate());
  }

  @Test
  void halfOfAPairIsRefused() throws Exception {
    Pair one = files.pair("one", ca.issue("one"));
    Pair other = files.pair("other", ca.issueRsa("other"));
    assertThatThrownBy(() -> Material.load(with(new Pair(one.cert(), other.key()), null)))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("other-key.pem")
        .hasMessageContaining("does not belong to the certificate in")
        .hasMessageContaining("one.pem");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws Exception {
    Pair good = files.pair("good", ca.issue("good"));
    Path empty = files.write("empty.pem", new byte[0]);
    Path gone = directory.resolve("gone.pem");
    assertThatThrownBy(() -> Material.load(with(new Pair(empty, good.key()), null)))
        .hasMessageContaining("empty.pem holds no certificates in PEM");
    assertThatThrownBy(() -> Material.load(with(new Pair(good.cert(), good.cert()), null)))
        .hasMessageContaining("good.pem holds no private key in PEM");
    assertThatThrownBy(() -> Material.load(with(new Pair(gone, good.key()), null)))
        .hasMessageContaining("gone.pem is not there");
    assertThatThrownBy(() -> Material.load(with(good, empty)))
        .hasMessageContaining("empty.pem holds no certificate revocation list");
  }

  @Test
  void anEncryptedKeyIsRefused() throws Exception {
    Issued issued = ca.issueRsa("locked");
    Pair pair = files.pair("locked", issued);
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          issued.keys().getPrivate(),
          new JcePEMEncryptorBuilder("AES-128-CBC")
              .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
              .setSecureRandom(new SecureRandom())
              .build("secret".toCharArray()));
    }
    files.write("locked-key.pem", text.toString().getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> Material.load(with(pair, null)))
        .hasMessageContaining("locked-key.pem is encrypted");
  }

  @Test
  void revocationListsMayBePemOrDerAndMustBeSigned() throws Exception {
    Issued issued = ca.issue("revoked");
    Pair pair = files.pair("revoked", issued);
    ca.revoke(issued.certificate());
    Path pem = files.pem("crl.pem", ca.revocations());
    Path der = files.write("crl.der", ca.revocations().getEncoded());
    Path forged = files.pem("forged.pem", ca.forgedRevocations());
    for (Path list : List.of(pem, der)) {
      assertThat(Material.load(with(pair, list)).revoked().get(0).isRevoked(issued.certificate()))
          .isTrue();
    }
    assertThatThrownBy(() -> Material.load(with(pair, forged)))
        .hasMessageContaining("forged.pem")
        .hasMessageContaining("CN=ca");
  }

  /** The bytes of a key that is broken must not be found in what is said about it. */
  @Test
  void nothingOfAKeyIsRepeated() throws Exception {
    Pair pair = files.pair("canary", ca.issue("canary"));
    List<String> lines = Files.readAllLines(pair.key());
    String secret = lines.get(1);
    files.write(
        "canary-key.pem",
        String.join("\n", lines).replace("END", "FIN").getBytes(StandardCharsets.US_ASCII));
    assertSilentAbout(secret, pair);
    files.write(
        "canary-key.pem",
        ("-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII));
    assertSilentAbout(secret, pair);
    files.pair("canary", ca.issue("other"));
    files.pem("canary.pem", ca.issue("yet another").certificate());
    assertSilentAbout(Files.readAllLines(pair.key()).get(1), pair);
  }

  private void assertSilentAbout(String secret, Pair pair) {
    assertThatThrownBy(() -> Material.load(with(pair, null)))
        .isInstanceOf(TlsException.class)
        .satisfies(
            problem -> {
              StringWriter trace = new StringWriter();
              problem.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).contains("canary").doesNotContain(secret);
            });
  }
}
