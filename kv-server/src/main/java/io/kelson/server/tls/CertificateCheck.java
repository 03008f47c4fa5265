package io.kelson.server.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Accepts a certificate if it leads to a trusted authority, is on no revocation list, and, where
 * names are asked for, carries one of them. Immutable, thread-safe.
 *
 * <p>As in etcd a revocation list counts whatever its date: an old one revokes what it revoked.
 */
final class CertificateCheck extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager path;
  private final List<X509CRL> revoked;
  private final List<String> allowedCns;
  private final List<String> allowedHostnames;

  /**
   * @param trusted the authorities; empty for those the Java runtime trusts
   */
  CertificateCheck(
      List<X509Certificate> trusted,
      List<X509CRL> revoked,
      List<String> allowedCns,
      List<String> allowedHostnames)
      throws GeneralSecurityException {
    this.path = path(trusted);
    this.revoked = revoked;
    this.allowedCns = allowedCns;
    this.allowedHostnames = allowedHostnames;
  }

  private static X509ExtendedTrustManager path(List<X509Certificate> trusted)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted.isEmpty() ? null : store(trusted));
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager found) {
        return found;
      }
    }
    throw new GeneralSecurityException("this Java runtime cannot check X.509 certificates");
  }

  private static KeyStore store(List<X509Certificate> trusted) throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty key store cannot be made", e);
    }
    for (int i = 0; i < trusted.size(); i++) {
      store.setCertificateEntry("ca" + i, trusted.get(i));
    }
    return store;
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return path.getAcceptedIssuers();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    path.checkClientTrusted(chain, authType, engine);
    requireWelcome(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    path.checkClientTrusted(chain, authType, socket);
    requireWelcome(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    path.checkClientTrusted(chain, authType);
    requireWelcome(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    path.checkServerTrusted(chain, authType, engine);
    requireWelcome(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    path.checkServerTrusted(chain, authType, socket);
    requireWelcome(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    path.checkServerTrusted(chain, authType);
    requireWelcome(chain);
  }

  private void requireWelcome(X509Certificate[] chain) throws CertificateException {
    for (X509Certificate certificate : chain) {
      if (revoked.stream().anyMatch(list -> list.isRevoked(certificate))) {
        throw new CertificateException("the certificate " + name(certificate) + " was revoked");
      }
    }
    X509Certificate own = chain[0];
    if (!allowedCns.isEmpty() && !allowedCns.contains(SubjectNames.commonName(own))) {
      throw new CertificateException(
          "the certificate %s has none of the common names that are allowed: %s"
              .formatted(name(own), allowedCns));
    }
    if (!allowedHostnames.isEmpty()
        && allowedHostnames.stream().noneMatch(host -> SubjectNames.cover(own, host))) {
      throw new CertificateException(
          "the certificate %s is for none of the host names that are allowed: %s"
              .formatted(name(own), allowedHostnames));
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName()
        + " (serial "
        + certificate.getSerialNumber().toString(16)
        + ")";
  }
}
