package io.kelson.server.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What was in {@link TlsFiles} at one moment, checked to fit together. Immutable.
 *
 * <p>Not a record, so that nothing prints the key by accident.
 */
final class Material {
  private final PrivateKey key;
  private final List<X509Certificate> chain;
  private final List<X509Certificate> trusted;
  private final List<X509Certificate> dialTrusted;
  private final List<X509CRL> revoked;

  private Material(
      PrivateKey key,
      List<X509Certificate> chain,
      List<X509Certificate> trusted,
      List<X509Certificate> dialTrusted,
      List<X509CRL> revoked) {
    this.key = key;
    this.chain = chain;
    this.trusted = trusted;
    this.dialTrusted = dialTrusted;
    this.revoked = revoked;
  }

  /**
   * Reads the files. Blocks on the disk.
   *
   * @throws TlsException if one cannot be used, or certificate and key do not belong together
   */
  static Material load(TlsFiles files) throws TlsException {
    List<X509Certificate> chain =
        files.cert() == null ? List.of() : PemFiles.certificates(files.cert());
    PrivateKey key = files.cert() == null ? null : PemFiles.privateKey(files.key());
    if (key != null) {
      requirePair(key, chain.get(0), files);
    }
    List<X509Certificate> trusted =
        files.trusted() == null ? List.of() : PemFiles.certificates(files.trusted());
    List<X509Certificate> dialTrusted = new ArrayList<>();
    for (Path file : files.dialTrusted()) {
      dialTrusted.addAll(PemFiles.certificates(file));
    }
    List<X509CRL> revoked =
        files.revoked() == null ? List.of() : PemFiles.revocations(files.revoked());
    for (X509CRL list : revoked) {
      requireSigned(list, trusted, files.revoked());
    }
    return new Material(key, chain, trusted, List.copyOf(dialTrusted), revoked);
  }

  /** Signs something and looks whether the certificate confirms it. */
  private static void requirePair(PrivateKey key, X509Certificate certificate, TlsFiles files)
      throws TlsException {
    boolean fits;
    try {
      Signature signature = Signature.getInstance(algorithm(key, files.key()));
      byte[] message = certificate.getSignature();
      signature.initSign(key);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(message);
      fits = signature.verify(signed);
    } catch (GeneralSecurityException e) {
      fits = false;
    }
    if (!fits) {
      throw new TlsException(
          "the private key in %s does not belong to the certificate in %s; replace both"
              .formatted(files.key(), files.cert()));
    }
  }

  private static String algorithm(PrivateKey key, Path file) throws TlsException {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC", "ECDSA" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default ->
          throw new TlsException(
              "the private key in %s is %s; use RSA, EC or Ed25519"
                  .formatted(file, key.getAlgorithm()));
    };
  }

  /** A list that a trusted authority has allegedly issued must be signed by it. */
  private static void requireSigned(X509CRL list, List<X509Certificate> trusted, Path file)
      throws TlsException {
    List<X509Certificate> issuers =
        trusted.stream()
            .filter(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
            .toList();
    if (!issuers.isEmpty() && issuers.stream().noneMatch(ca -> isSigned(list, ca))) {
      throw new TlsException(
          "the revocation list in %s claims to be from %s, whose signature it does not carry; make it anew"
              .formatted(file, list.getIssuerX500Principal().getName()));
    }
  }

  private static boolean isSigned(X509CRL list, X509Certificate issuer) {
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Null if there is none. */
  PrivateKey key() {
    return key;
  }

  X509Certificate[] chain() {
    return chain.toArray(X509Certificate[]::new);
  }

  List<X509Certificate> trusted() {
    return trusted;
  }

  List<X509Certificate> dialTrusted() {
    return dialTrusted;
  }

  List<X509CRL> revoked() {
    return revoked;
  }

  /** What to tell of it in a log. */
  String summary() {
    return chain.isEmpty()
        ? "no certificate of its own"
        : "certificate %s, serial %s, good until %s"
            .formatted(
                chain.get(0).getSubjectX500Principal().getName(),
                chain.get(0).getSerialNumber().toString(16),
                chain.get(0).getNotAfter().toInstant());
  }
}
