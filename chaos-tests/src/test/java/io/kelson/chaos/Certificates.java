package io.kelson.chaos;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates for members on loopback and for their clients, in memory and as PEM files. */
final class Certificates {
  private static final AtomicLong NEXT_SERIAL = new AtomicLong(0x2000);

  private Certificates() {}

  /** A certificate with its key. */
  record Issued(X509Certificate certificate, PrivateKey key) {
    BigInteger serial() {
      return certificate.getSerialNumber();
    }
  }

  /**
   * The three files one side of a connection is configured with. Each is replaced at one blow; of a
   * pair the key comes first.
   */
  record FileSet(Path cert, Path key, Path trusted) {
    /** Files of that name in an existing directory; nothing is written yet. */
    static FileSet of(Path directory, String name) {
      return new FileSet(
          directory.resolve(name + ".pem"),
          directory.resolve(name + "-key.pem"),
          directory.resolve(name + "-ca.pem"));
    }

    /** Members read on their own, and notice a pair that does not fit; clients of tests lock. */
    void writePair(Issued issued) {
      synchronized (FileSet.class) {
        try {
          write(key, new JcaPKCS8Generator(issued.key(), null));
          write(cert, issued.certificate());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    void writeTrusted(Authority... authorities) {
      Object[] parts = new Object[authorities.length];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = authorities[i].own.certificate();
      }
      write(trusted, parts);
    }
  }

  /** Issues certificates which are good for loopback, as server and as client. */
  static final class Authority {
    private final X500Name name;
    private final Issued own;

    Authority(String commonName) {
      name = new X500Name("CN=" + commonName);
      KeyPair keys = keys();
      own = new Issued(sign(name, keys.getPrivate(), name, keys, true), keys.getPrivate());
    }

    Issued issue(String commonName) {
      KeyPair keys = keys();
      X500Name subject = new X500Name("CN=" + commonName);
      return new Issued(sign(name, own.key(), subject, keys, false), keys.getPrivate());
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(
      X500Name issuer, PrivateKey signer, X500Name subject, KeyPair keys, boolean isAuthority) {
    Instant now = Instant.now();
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(NEXT_SERIAL.incrementAndGet()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(Duration.ofDays(1))),
              subject,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      if (!isAuthority) {
        KeyPurposeId[] purposes = {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
        GeneralName loopback = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(loopback));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, Object... parts) {
    StringWriter text = new StringWriter();
    try {
      try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
        for (Object part : parts) {
          writer.writeObject(part);
        }
      }
      Path draft = Files.writeString(Path.of(file + ".tmp"), text.toString());
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
