package io.kelson.server.tls;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate that a member makes for itself and signs with its own key, kept where etcd keeps
 * it. It is made once, used again at every start, and made anew once it has expired.
 */
final class SelfSigned {
  private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);

  /** A clock of another machine may be behind. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  private static final int SERIAL_BITS = 127;

  private SelfSigned() {}

  /**
   * Makes sure that {@code cert.pem} and {@code key.pem} are there and good. Blocks on the disk;
   * both are durable on return.
   *
   * @param hosts whom the certificate is for, names or literal addresses
   * @throws TlsException if they cannot be made
   */
  static TlsFiles in(Path directory, List<String> hosts, int validityYears, Instant now)
      throws TlsException {
    TlsFiles files =
        new TlsFiles(
            directory.resolve("cert.pem"), directory.resolve("key.pem"), null, List.of(), null);
    if (!isGood(files, now)) {
      make(files, directory, hosts, validityYears, now);
    }
    return files;
  }

  private static boolean isGood(TlsFiles files, Instant now) {
    if (!Files.exists(files.cert())) {
      return false;
    }
    try {
      Instant end = Material.load(files).chain()[0].getNotAfter().toInstant();
      if (now.isBefore(end)) {
        return true;
      }
      LOG.info(
          "the self-signed certificate in {} expired at {}; a new one is made", files.cert(), end);
    } catch (TlsException e) {
      LOG.warn("the self-signed certificate is made anew: {}", e.getMessage());
    }
    return false;
  }

  private static void make(
      TlsFiles files, Path directory, List<String> hosts, int validityYears, Instant now)
      throws TlsException {
    try {
      Files.createDirectories(directory);
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] certificate =
          certificate(
              pair, hosts, now, now.atZone(ZoneOffset.UTC).plusYears(validityYears).toInstant());
      // The key first: a certificate that is there has its key.
      write(files.key(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      write(files.cert(), pem("CERTIFICATE", certificate));
      LOG.info("made a self-signed certificate for {} in {}", hosts, files.cert());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new TlsException(
          "no self-signed certificate can be made in " + directory + ": " + e.getMessage(), e);
    }
  }

  private static byte[] certificate(KeyPair pair, List<String> hosts, Instant now, Instant end)
      throws OperatorCreationException, IOException {
    X500Name name = new X500Name("O=kelson");
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            new BigInteger(SERIAL_BITS, new SecureRandom()),
            Date.from(now.minus(SLACK)),
            Date.from(end),
            name,
            pair.getPublic());
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}))
        .addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(hosts.stream().map(SelfSigned::name).toArray(GeneralName[]::new)));
    return builder
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
        .getEncoded();
  }

  private static GeneralName name(String host) {
    boolean isAddress = NetUtil.createByteArrayFromIpAddressString(host) != null;
    return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  private static byte[] pem(String type, byte[] der) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(new org.bouncycastle.util.io.pem.PemObject(type, der));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** All of it or nothing, and for nobody else's eyes from the first byte on. */
  private static void write(Path file, byte[] bytes) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(draft);
    try (FileChannel channel =
        FileChannel.open(
            draft,
            Set.copyOf(EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(file.getParent())) {
      directory.force(true);
    }
  }
}
