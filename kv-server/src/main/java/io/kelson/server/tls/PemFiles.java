package io.kelson.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * Reads certificates, private keys and revocation lists. Blocks on the disk. What is said of a file
 * that cannot be used never contains any of its bytes, nor an exception that might.
 */
final class PemFiles {
  private PemFiles() {}

  /** All certificates of a PEM file in their order, at least one. */
  static List<X509Certificate> certificates(Path file) throws TlsException {
    List<X509Certificate> found = new ArrayList<>();
    try (PEMParser parser = parser(file)) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        if (part instanceof X509CertificateHolder holder) {
          found.add(certificate(holder.getEncoded()));
        }
      }
    } catch (TlsException e) {
      throw e;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw unreadable(file, "no certificates in PEM");
    }
    if (found.isEmpty()) {
      throw unreadable(file, "no certificates in PEM");
    }
    return List.copyOf(found);
  }

  private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    Certificate read =
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    return (X509Certificate) read;
  }

  /** The first private key of a PEM file: PKCS#8, or what OpenSSL calls traditional. */
  static PrivateKey privateKey(Path file) throws TlsException {
    try (PEMParser parser = parser(file)) {
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        if (part instanceof PEMKeyPair pair) {
          return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
        } else if (part instanceof PrivateKeyInfo key) {
          return new JcaPEMKeyConverter().getPrivateKey(key);
        } else if (part instanceof PEMEncryptedKeyPair
            || part instanceof PKCS8EncryptedPrivateKeyInfo) {
          throw new TlsException(
              "the private key in "
                  + file
                  + " is encrypted, and nobody is there to type a passphrase; store it decrypted,"
                  + " readable by the server's user only");
        }
      }
    } catch (TlsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Without the cause: a parser may quote what it could not parse.
      throw unreadable(file, "no private key in PEM (PKCS#8, PKCS#1 or SEC1)");
    }
    throw unreadable(file, "no private key in PEM (PKCS#8, PKCS#1 or SEC1)");
  }

  /** The revocation lists of a file, PEM or DER, at least one. */
  static List<X509CRL> revocations(Path file) throws TlsException {
    List<X509CRL> found = new ArrayList<>();
    try {
      ByteArrayInputStream bytes = new ByteArrayInputStream(read(file));
      for (CRL crl : CertificateFactory.getInstance("X.509").generateCRLs(bytes)) {
        found.add((X509CRL) crl);
      }
    } catch (GeneralSecurityException | RuntimeException e) {
      throw unreadable(file, "no certificate revocation list in PEM or DER");
    }
    if (found.isEmpty()) {
      throw unreadable(file, "no certificate revocation list in PEM or DER");
    }
    return List.copyOf(found);
  }

  private static PEMParser parser(Path file) throws TlsException {
    return new PEMParser(new StringReader(new String(read(file), StandardCharsets.US_ASCII)));
  }

  private static byte[] read(Path file) throws TlsException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + " is not there; check the path", e);
    } catch (IOException e) {
      throw new TlsException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static TlsException unreadable(Path file, String what) {
    return new TlsException(file + " holds " + what + "; check what is in it");
  }
}
