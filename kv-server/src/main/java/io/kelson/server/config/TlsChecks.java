package io.kelson.server.config;

import io.kelson.server.config.TlsSettings.Version;
import java.util.List;

/** Refuses TLS settings that contradict themselves or the URLs, naming the flags. */
final class TlsChecks {
  private TlsChecks() {}

  /** Checks the client port. */
  static void requireClient(TlsSettings tls, List<String> listen) {
    require(tls, "--listen-client-urls", listen, "--", "--client-cert-auth", "--client-crl-file");
    requireNames(tls, "--client-cert-allowed-cn", "--client-cert-allowed-hostname", "--");
  }

  /** Checks the peer port. */
  static void requirePeer(TlsSettings tls, List<String> listen) {
    require(
        tls, "--listen-peer-urls", listen, "--peer-", "--peer-client-cert-auth", "--peer-crl-file");
    requireNames(tls, "--peer-cert-allowed-cn", "--peer-cert-allowed-hostname", "--peer-");
    if (tls.autoTls() && tls.certFile() == null && tls.trustedCaFile() != null) {
      throw new ConfigException(
          "--peer-auto-tls makes certificates that nobody signs, so --peer-trusted-ca-file would "
              + "turn every member away; give --peer-cert-file and --peer-key-file, or leave "
              + "--peer-trusted-ca-file out");
    }
  }

  private static void require(
      TlsSettings tls,
      String listenFlag,
      List<String> listen,
      String prefix,
      String authFlag,
      String crlFlag) {
    if ((tls.certFile() == null) != (tls.keyFile() == null)) {
      String given = tls.certFile() == null ? "key-file" : "cert-file";
      String missing = tls.certFile() == null ? "cert-file" : "key-file";
      throw new ConfigException(
          "%s%s says nothing without %s%s; give both or neither"
              .formatted(prefix, given, prefix, missing));
    }
    requireCertificate(tls, listenFlag, listen, prefix);
    requireOwnPorts(listenFlag, listen);
    requireAuthority(tls.clientCertAuth(), tls, authFlag, prefix);
    requireAuthority(tls.crlFile() != null, tls, crlFlag, prefix);
    if (tls.minVersion() == Version.TLS1_3 && tls.maxVersion() == Version.TLS1_2) {
      throw new ConfigException(
          "--tls-min-version is above --tls-max-version; leave --tls-max-version out");
    }
    if (tls.selfSignedValidityYears() < 1) {
      throw new ConfigException(
          "--self-signed-cert-validity is %d; it must be at least 1 year"
              .formatted(tls.selfSignedValidityYears()));
    }
  }

  private static void requireCertificate(
      TlsSettings tls, String listenFlag, List<String> listen, String prefix) {
    for (String url : listen) {
      if (UrlList.isTls(url) && !tls.isOn()) {
        throw new ConfigException(
            ("%s: \"%s\" asks for TLS, for which there is no certificate; give %scert-file and "
                    + "%skey-file, or %sauto-tls")
                .formatted(listenFlag, url, prefix, prefix, prefix));
      }
    }
  }

  /** Which of the two is spoken is told from the port, which must be known before it is bound. */
  private static void requireOwnPorts(String listenFlag, List<String> listen) {
    boolean isMixed = listen.stream().map(UrlList::isTls).distinct().count() > 1;
    if (!isMixed) {
      return;
    }
    for (String url : listen) {
      if (UrlList.unresolved(url).getPort() == 0) {
        throw new ConfigException(
            "%s: \"%s\" lets the system choose a port, which cannot be done with http and https in one list; write the port"
                .formatted(listenFlag, url));
      }
      for (String other : listen) {
        boolean clash =
            UrlList.isTls(url) != UrlList.isTls(other)
                && UrlList.unresolved(url).getPort() == UrlList.unresolved(other).getPort();
        if (clash && UrlList.address(url).equals(UrlList.address(other))) {
          throw new ConfigException(
              "%s: %s and %s are the same address; give one of them another port"
                  .formatted(listenFlag, url, other));
        }
      }
    }
  }

  private static void requireAuthority(
      boolean isAsked, TlsSettings tls, String flag, String prefix) {
    if (isAsked && tls.trustedCaFile() == null) {
      throw new ConfigException(
          "%s needs %strusted-ca-file, which says whose certificates count"
              .formatted(flag, prefix));
    }
  }

  private static void requireNames(
      TlsSettings tls, String cnFlag, String hostnameFlag, String prefix) {
    boolean byCn = !tls.allowedCns().isEmpty();
    boolean byHostname = !tls.allowedHostnames().isEmpty();
    if (byCn && byHostname) {
      throw new ConfigException(
          cnFlag + " and " + hostnameFlag + " exclude each other; leave one of them out");
    }
    requireAuthority(byCn, tls, cnFlag, prefix);
    requireAuthority(byHostname, tls, hostnameFlag, prefix);
  }
}
