package io.kelson.server.tls;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * Certificates for tests: authorities that issue and revoke, and files to configure a member with.
 *
 * <pre>{@code
 * TestCertificates files = new TestCertificates(directory);
 * TestCertificates.Authority ca = TestCertificates.authority("test-ca");
 * Path trusted = files.pem("ca.pem", ca.certificate());
 * TestCertificates.Pair server = files.pair("server", ca.issue("server", "127.0.0.1", "localhost"));
 * }</pre>
 */
public final class TestCertificates {
  /** Long enough for any test. */
  private static final Duration VALIDITY = Duration.ofDays(1);

  private static final AtomicLong NEXT_SERIAL = new AtomicLong(0x1000);

  private final Path directory;

  /** Writes into that directory. */
  public TestCertificates(Path directory) {
    this.directory = directory;
  }

  /** A certificate and its key. */
  public record Issued(X509Certificate certificate, KeyPair keys) {}

  /** The files of one. */
  public record Pair(Path cert, Path key) {}

  /** A new authority, whose certificate it has signed itself. */
  public static Authority authority(String commonName) {
    KeyPair keys = keys("EC");
    X500Name name = new X500Name("CN=" + commonName);
    X509Certificate own = sign(name, keys.getPrivate(), name, keys, true, VALIDITY, List.of());
    return new Authority(name, keys, own);
  }

  /** Issues and revokes. */
  public static final class Authority {
    private final X500Name name;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final List<X509Certificate> revoked = new ArrayList<>();

    private Authority(X500Name name, KeyPair keys, X509Certificate certificate) {
      this.name = name;
      this.keys = keys;
      this.certificate = certificate;
    }

    public X509Certificate certificate() {
      return certificate;
    }

    /** A certificate for servers and clients, good for a day. */
    public Issued issue(String commonName, String... hosts) {
      return issue("EC", VALIDITY, commonName, hosts);
    }

    /** The same with an RSA key. */
    public Issued issueRsa(String commonName, String... hosts) {
      return issue("RSA", VALIDITY, commonName, hosts);
    }

    /** One that was good until a minute ago. */
    public Issued issueExpired(String commonName, String... hosts) {
      return issue("EC", Duration.ofMinutes(-1), commonName, hosts);
    }

    private Issued issue(String algorithm, Duration validity, String commonName, String... hosts) {
      KeyPair own = keys(algorithm);
      return new Issued(
          sign(
              name,
              keys.getPrivate(),
              new X500Name("CN=" + commonName),
              own,
              false,
              validity,
              List.of(hosts)),
          own);
    }

    /** Puts a certificate on the list. */
    public void revoke(X509Certificate issued) {
      revoked.add(issued);
    }

    /** The list as it is now. */
    public X509CRL revocations() {
      return revocations(keys.getPrivate());
    }

    /** A list that claims to be this authority's and is not. */
    public X509CRL forgedRevocations() {
      return revocations(TestCertificates.keys("EC").getPrivate());
    }

    private X509CRL revocations(PrivateKey signer) {
      try {
        var builder =
            new JcaX509v2CRLBuilder(
                certificate.getSubjectX500Principal(), Date.from(Instant.now().minusSeconds(60)));
        builder.setNextUpdate(Date.from(Instant.now().plus(VALIDITY)));
        for (X509Certificate one : revoked) {
          builder.addCRLEntry(one.getSerialNumber(), new Date(), CRLReason.keyCompromise);
        }
        return new JcaX509CRLConverter()
            .getCRL(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
      } catch (GeneralSecurityException | OperatorCreationException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("EC") ? 256 : 2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate sign(
      X500Name issuer,
      PrivateKey signer,
      X500Name subject,
      KeyPair subjectKeys,
      boolean isAuthority,
      Duration validity,
      List<String> hosts) {
    try {
      Instant now = Instant.now();
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(NEXT_SERIAL.incrementAndGet()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(validity)),
              subject,
              subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      if (!isAuthority) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      if (!hosts.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                hosts.stream().map(TestCertificates::name).toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static GeneralName name(String host) {
    boolean isAddress = NetUtil.createByteArrayFromIpAddressString(host) != null;
    return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  /** Writes {@code name.pem} and {@code name-key.pem}, the key as PKCS#8. */
  public Pair pair(String name, Issued issued) throws IOException {
    Path key = pem(name + "-key.pem", new JcaPKCS8Generator(issued.keys().getPrivate(), null));
    return new Pair(pem(name + ".pem", issued.certificate()), key);
  }

  /** The same with the key as OpenSSL wrote it traditionally: PKCS#1 or SEC1. */
  public Pair traditionalPair(String name, Issued issued) throws IOException {
    PrivateKeyInfo info = PrivateKeyInfo.getInstance(issued.keys().getPrivate().getEncoded());
    Path key =
        issued.keys().getPrivate().getAlgorithm().equals("RSA")
            ? pem(name + "-key.pem", issued.keys())
            : pem(name + "-key.pem", new PemObject("EC PRIVATE KEY", withCurve(info)));
    return new Pair(pem(name + ".pem", issued.certificate()), key);
  }

  /** The JDK leaves the curve to the PKCS#8 around it, which SEC1 has not. */
  private static byte[] withCurve(PrivateKeyInfo info) throws IOException {
    ECPrivateKey bare = ECPrivateKey.getInstance(info.parsePrivateKey());
    return new ECPrivateKey(256, bare.getKey(), info.getPrivateKeyAlgorithm().getParameters())
        .getEncoded();
  }

  /**
   * Writes certificates, keys or revocation lists in PEM; what was there before is replaced at one
   * blow.
   */
  public Path pem(String name, Object... parts) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object part : parts) {
        writer.writeObject(part);
      }
    }
    return write(name, text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  /** Writes bytes as they are. */
  public Path write(String name, byte[] bytes) throws IOException {
    Path file = directory.resolve(name);
    Path draft = Files.write(directory.resolve(name + ".tmp"), bytes);
    return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
