package io.kelson.client;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/** Makes a context of {@link TlsOptions}. */
final class TlsContext {
  private TlsContext() {}

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException naming the file that cannot be used
   */
  static SslContext of(TlsOptions options) {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2");
    if (options.skipsVerify()) {
      builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
    } else if (options.trustedCaFile() != null) {
      builder.trustManager(certificates(options.trustedCaFile()));
    }
    try {
      if (options.certFile() != null) {
        builder.keyManager(PemKey.read(options.keyFile()), certificates(options.certFile()));
      }
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e instanceof IllegalArgumentException && e.getCause() == null
              ? e.getMessage()
              : "TLS cannot be set up with " + options.certFile() + " and " + options.keyFile(),
          e);
    }
  }

  private static X509Certificate[] certificates(Path file) {
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        found.add((X509Certificate) one);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(file + " holds no certificates in PEM");
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(file + " holds no certificates in PEM");
    }
    return found.toArray(X509Certificate[]::new);
  }
}
