package io.kelson.server.tls;

import io.grpc.netty.GrpcSslContexts;
import io.kelson.server.config.TlsSettings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both directions of TLS as one set of files says, and as it says it anew when the files change.
 *
 * <p>Files are read at the start and by {@link #reloadIfChanged}, which somebody calls off the
 * event loops; handshakes only take what is in memory. If the new files cannot be used, or change
 * while they are read, the old ones stay in force. Connections that exist keep what they began
 * with.
 *
 * <p>Each reload makes new contexts and with them new session tickets, so that nobody resumes a
 * session that a revoked certificate has opened. Thread-safe.
 */
public final class TlsContexts {
  private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

  private final String name;
  private final TlsFiles files;
  private final TlsPolicy policy;
  private final CurrentSslContext server = new CurrentSslContext(this::currentServer);
  private final CurrentSslContext client = new CurrentSslContext(this::currentClient);

  // Null as long as there are no files and nobody has dialled by TLS.
  private volatile Contexts current;

  // Only under the lock.
  private List<String> tried;

  /**
   * @param server null if there is no certificate to show
   */
  private record Contexts(JdkSslContext server, JdkSslContext client) {}

  /**
   * Reads the files for the first time. Blocks on the disk.
   *
   * @param name whose they are, for the log
   * @throws TlsException if they cannot be used
   */
  TlsContexts(String name, TlsFiles files, TlsPolicy policy) throws TlsException {
    this.name = name;
    this.files = files;
    this.policy = policy;
    this.tried = files.stamp();
    Material material = Material.load(files);
    // Without files nothing can be wrong with them, and most who have none never dial by TLS.
    this.current = hasFiles() ? contexts(material) : null;
    LOG.debug("TLS for {}: {}", name, material.summary());
  }

  /**
   * Contexts for somebody who only connects to others.
   *
   * @param files what to show and whom to trust
   * @throws TlsException if they cannot be used
   */
  public static TlsContexts ofClient(TlsFiles files) throws TlsException {
    return new TlsContexts("a client", files, TlsPolicy.of(TlsSettings.OFF, true));
  }

  /**
   * Reads the files anew if they look different from last time. Blocks on the disk.
   *
   * @return whether new ones are in force
   */
  synchronized boolean reloadIfChanged() {
    List<String> now = files.stamp();
    if (now.equals(tried)) {
      return false;
    }
    tried = now;
    try {
      Material material = Material.load(files);
      if (!files.stamp().equals(now)) {
        // Somebody is writing: what was read may be half of it. The next look will tell.
        tried = List.of();
        return false;
      }
      current = contexts(material);
      LOG.info("new TLS files are in force for {}: {}", name, material.summary());
      return true;
    } catch (TlsException e) {
      LOG.warn(
          "the TLS files for {} changed and the old ones stay in force: {}", name, e.getMessage());
      return false;
    }
  }

  /** Whether there is anything that could change. */
  boolean hasFiles() {
    return !files.stamp().isEmpty();
  }

  /** For connections that others make; only if there is a certificate. */
  CurrentSslContext server() {
    return server;
  }

  /** For connections made to others. */
  CurrentSslContext client() {
    return client;
  }

  TlsPolicy policy() {
    return policy;
  }

  private JdkSslContext currentServer() {
    return current().server();
  }

  private JdkSslContext currentClient() {
    return current().client();
  }

  private Contexts current() {
    Contexts now = current;
    return now != null ? now : withoutFiles();
  }

  /** Takes a fifth of a second: the authorities that the Java runtime trusts are read. */
  private synchronized Contexts withoutFiles() {
    if (current == null) {
      try {
        current = contexts(Material.load(files));
      } catch (TlsException e) {
        throw new IllegalStateException("this Java runtime cannot dial by TLS", e);
      }
    }
    return current;
  }

  private Contexts contexts(Material material) throws TlsException {
    try {
      return new Contexts(material.key() == null ? null : server(material), client(material));
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new TlsException("TLS cannot be set up with the files of " + name, e);
    }
  }

  private JdkSslContext server(Material material) throws GeneralSecurityException, IOException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(material.key(), material.chain())
            .sslProvider(SslProvider.JDK)
            .protocols(policy.protocols())
            .ciphers(policy.cipherSuites())
            .clientAuth(policy.requiresCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE)
            .trustManager(check(material, material.trusted(), policy));
    if (policy.speaksHttp2()) {
      // In this order: gRPC's clients offer HTTP/2 alone. Who offers both, as curl and browsers do,
      // is no gRPC client, and is served over HTTP/1.1.
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              ApplicationProtocolNames.HTTP_1_1,
              ApplicationProtocolNames.HTTP_2));
    }
    return (JdkSslContext) builder.build();
  }

  private JdkSslContext client(Material material) throws GeneralSecurityException, IOException {
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    if (policy.speaksHttp2()) {
      GrpcSslContexts.configure(builder, SslProvider.JDK);
    }
    if (policy.verifies()) {
      // The client port's names are those of clients; a member it dials goes by its URL.
      TlsPolicy dialled = policy.speaksHttp2() ? policy.forAnyServer() : policy;
      builder.trustManager(check(material, dialTrusted(material), dialled));
    } else {
      builder.trustManager(new NoCheck()).endpointIdentificationAlgorithm(null);
    }
    if (material.key() != null) {
      builder.keyManager(material.key(), material.chain());
    }
    return (JdkSslContext)
        builder.protocols(policy.protocols()).ciphers(policy.cipherSuites()).build();
  }

  /** If nobody was named, those who signed this side's own certificate, if its chain has them. */
  private static List<X509Certificate> dialTrusted(Material material) {
    List<X509Certificate> trusted = new ArrayList<>(material.dialTrusted());
    for (X509Certificate certificate : material.chain()) {
      if (trusted.isEmpty() && certificate.getBasicConstraints() >= 0) {
        return List.of(certificate);
      }
    }
    return trusted;
  }

  private static TrustManager check(
      Material material, List<X509Certificate> trusted, TlsPolicy names)
      throws GeneralSecurityException {
    return new CertificateCheck(
        trusted, material.revoked(), names.allowedCns(), names.allowedHostnames());
  }
}
