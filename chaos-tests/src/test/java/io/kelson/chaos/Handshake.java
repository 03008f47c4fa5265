package io.kelson.chaos;

import io.kelson.chaos.Certificates.Issued;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A handshake with a port and nothing more, to see which certificate it shows and whom it lets in.
 *
 * <p>It is done by TLS 1.2, where a refused client hears of it before the handshake is over.
 */
final class Handshake {
  private static final int TIMEOUT_MILLIS = 10_000;

  private Handshake() {}

  /** The serial number of the port's certificate, or nothing if the port refuses this client. */
  static Optional<BigInteger> serial(int port, Issued client) {
    try (SSLSocket socket =
        (SSLSocket)
            context(client)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return Optional.of(shown.getSerialNumber());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether the port lets in whoever shows this certificate. */
  static boolean accepted(int port, Issued client) {
    return serial(port, client).isPresent();
  }

  /** Shows the certificate and believes every server: what it shows is looked at afterwards. */
  private static SSLContext context(Issued client) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "client", client.key(), new char[0], new X509Certificate[] {client.certificate()});
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), new TrustManager[] {new Believer()}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Believer implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new IllegalStateException("nobody connects to a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
