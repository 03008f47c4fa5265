package io.kelson.server.tls;

import io.kelson.server.config.ConfigException;
import io.kelson.server.config.NearestName;
import io.kelson.server.config.TlsSettings;
import io.kelson.server.config.TlsSettings.Version;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;

/**
 * What is asked of connections beside the files: versions, suites, and names.
 *
 * @param protocols versions by the JDK's names, newest first
 * @param cipherSuites in order of preference
 * @param requiresCertificate whether those who connect here must show a certificate
 * @param verifies whether those this side connects to must have one that can be trusted
 * @param speaksHttp2 whether connections offer HTTP/2 in ALPN
 * @param allowedCns common names of which the other side's certificate must have one; empty: any
 * @param allowedHostnames names of which it must be for one; empty: any
 */
record TlsPolicy(
    List<String> protocols,
    List<String> cipherSuites,
    boolean requiresCertificate,
    boolean verifies,
    boolean speaksHttp2,
    List<String> allowedCns,
    List<String> allowedHostnames) {
  private static final List<String> TLS_1_3_SUITES =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /**
   * What the settings of a port come to.
   *
   * @throws ConfigException if a cipher suite is not known
   */
  static TlsPolicy of(TlsSettings settings, boolean speaksHttp2) {
    return new TlsPolicy(
        protocols(settings.minVersion(), settings.maxVersion()),
        suites(settings.cipherSuites()),
        // As in etcd: who names an authority means it.
        settings.clientCertAuth() || settings.trustedCaFile() != null,
        settings.certFile() != null || !settings.autoTls(),
        speaksHttp2,
        settings.allowedCns(),
        settings.allowedHostnames());
  }

  private static List<String> protocols(Version min, Version max) {
    List<String> protocols = new ArrayList<>();
    if (max == null || max == Version.TLS1_3) {
      protocols.add("TLSv1.3");
    }
    if (min == null || min == Version.TLS1_2) {
      protocols.add("TLSv1.2");
    }
    return List.copyOf(protocols);
  }

  /** Those of TLS 1.3 are always spoken, as in etcd; a list chooses among those of TLS 1.2. */
  private static List<String> suites(List<String> asked) {
    if (asked.isEmpty()) {
      return List.of();
    }
    Set<String> known = known();
    List<String> suites = new ArrayList<>();
    for (String name : asked) {
      if (!known.contains(name)) {
        throw new ConfigException(
            "--cipher-suites: \"%s\" is no cipher suite spoken here; the nearest is %s"
                .formatted(name, NearestName.of(name, known)));
      }
      suites.add(name);
    }
    TLS_1_3_SUITES.stream()
        .filter(suite -> known.contains(suite) && !suites.contains(suite))
        .forEach(suites::add);
    return List.copyOf(suites);
  }

  /**
   * What to speak. Looking for what this Java has costs a twentieth of a second, so who never
   * speaks TLS does not.
   */
  @Override
  public List<String> cipherSuites() {
    return cipherSuites.isEmpty() ? Recommended.SUITES : cipherSuites;
  }

  private static final class Recommended {
    static final List<String> SUITES =
        Http2SecurityUtil.CIPHERS.stream().filter(known()::contains).toList();
  }

  private static Set<String> known() {
    try {
      return new TreeSet<>(
          List.of(SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /** The same without names that are meant for those who connect here. */
  TlsPolicy forAnyServer() {
    return new TlsPolicy(
        protocols, cipherSuites, requiresCertificate, verifies, speaksHttp2, List.of(), List.of());
  }
}
