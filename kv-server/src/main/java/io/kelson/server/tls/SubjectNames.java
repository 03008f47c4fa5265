package io.kelson.server.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** Whom a certificate is for: its subject's alternative names, and its common name. */
final class SubjectNames {
  private static final int DNS = 2;
  private static final int IP = 7;

  private SubjectNames() {}

  static List<String> dnsNames(X509Certificate certificate) {
    return names(certificate, DNS);
  }

  /** As text, in whatever form the certificate's reader gives it. */
  static List<String> addresses(X509Certificate certificate) {
    return names(certificate, IP);
  }

  private static List<String> names(X509Certificate certificate, int type) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null
          ? List.of()
          : all.stream()
              .filter(name -> name.get(0).equals(type))
              .map(name -> (String) name.get(1))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  /** The subject's last common name; empty if it has none. */
  static String commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .map(part -> part.getValue().toString())
              .reduce("", (first, last) -> last);
    } catch (InvalidNameException e) {
      return "";
    }
  }

  /** Whether a certificate is for that host, a name or a literal address. */
  static boolean cover(X509Certificate certificate, String host) {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    return address == null
        ? dnsNames(certificate).stream().anyMatch(pattern -> matches(pattern, host))
        : hasAddress(certificate, address);
  }

  static boolean hasAddress(X509Certificate certificate, byte[] address) {
    return addresses(certificate).stream()
        .map(NetUtil::createByteArrayFromIpAddressString)
        .anyMatch(found -> Arrays.equals(found, address));
  }

  /** A star stands for the whole first label and nothing else (RFC 6125, section 6.4.3). */
  static boolean matches(String pattern, String host) {
    String wanted = canonical(host);
    String covered = canonical(pattern);
    if (!covered.startsWith("*.")) {
      return covered.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    return dot > 0 && wanted.substring(dot).equals(covered.substring(1));
  }

  private static String canonical(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }
}
