package io.kelson.server.config;

import static io.kelson.server.config.Setting.SWITCH;
import static io.kelson.server.config.Setting.of;

import io.kelson.server.config.Setting.Group;
import io.kelson.server.config.TlsSettings.Version;
import java.util.List;
import java.util.function.Function;

/** Settings about TLS and about who clients are. */
final class SecurityRows {
  private SecurityRows() {}

  static void addTo(List<Setting> rows) {
    port(rows, Group.CLIENT_TLS, "", d -> d.clientTls, "client");
    port(rows, Group.PEER_TLS, "peer-", d -> d.peerTls, "peer");
    client(rows);
    peer(rows);
    both(rows);
    auth(rows);
  }

  /** What both ports have. */
  private static void port(
      List<Setting> rows,
      Group group,
      String prefix,
      Function<Draft, TlsSettings.Builder> tls,
      String other) {
    rows.add(
        of(group, prefix + "cert-file", "FILE", "", "this member's certificate chain, PEM")
            .reads(Texts::path, (d, v) -> tls.apply(d).certFile(v))
            .build());
    rows.add(
        of(group, prefix + "key-file", "FILE", "", "its private key, PEM")
            .reads(Texts::path, (d, v) -> tls.apply(d).keyFile(v))
            .build());
    rows.add(
        of(
                group,
                prefix + "trusted-ca-file",
                "FILE",
                "",
                "who may have signed a " + other + "'s certificate, PEM")
            .reads(Texts::path, (d, v) -> tls.apply(d).trustedCaFile(v))
            .build());
    rows.add(
        of(
                group,
                prefix + "client-cert-auth",
                SWITCH,
                "false",
                "a " + other + " must show a certificate")
            .reads(Texts::yesOrNo, (d, v) -> tls.apply(d).clientCertAuth(v))
            .build());
    rows.add(
        of(
                group,
                prefix.isEmpty() ? "client-crl-file" : "peer-crl-file",
                "FILE",
                "",
                "certificates that are not accepted any more")
            .reads(Texts::path, (d, v) -> tls.apply(d).crlFile(v))
            .build());
    rows.add(
        of(
                group,
                prefix + "auto-tls",
                SWITCH,
                "false",
                "make a certificate at the first start, signed by nobody, if no file is given")
            .reads(Texts::yesOrNo, (d, v) -> tls.apply(d).autoTls(v))
            .build());
  }

  private static void client(List<Setting> rows) {
    rows.add(
        of(
                Group.CLIENT_TLS,
                "client-cert-allowed-hostname",
                "NAMES",
                "",
                "names one of which a client's certificate must be for")
            .reads(Texts::list, (d, v) -> d.clientTls.allowedHostnames(v))
            .build());
  }

  private static void peer(List<Setting> rows) {
    rows.add(
        of(
                Group.PEER_TLS,
                "peer-cert-allowed-cn",
                "NAMES",
                "",
                "common names one of which a peer's certificate must carry")
            .reads(Texts::list, (d, v) -> d.peerTls.allowedCns(v))
            .build());
    rows.add(
        of(
                Group.PEER_TLS,
                "peer-cert-allowed-hostname",
                "NAMES",
                "",
                "names one of which a peer's certificate must be for")
            .reads(Texts::list, (d, v) -> d.peerTls.allowedHostnames(v))
            .build());
    Setting.Builder skip =
        of(
                Group.PEER_TLS,
                "peer-skip-client-san-verification",
                SWITCH,
                "false",
                "do not ask that a peer's certificate names the address it comes from")
            .reads(Texts::yesOrNo, (d, v) -> d.peerTls.skipClientSanVerification(v));
    rows.add(skip.build());
    rows.add(skip.oldName("experimental-peer-skip-client-san-verification"));
  }

  private static void both(List<Setting> rows) {
    rows.add(
        of(
                Group.PEER_TLS,
                "self-signed-cert-validity",
                "YEARS",
                "1",
                "how long certificates made here are good for, on both ports")
            .tooSmall("they end while the member runs")
            .tooLarge("a stolen key is good for long")
            .reads(
                Texts::wholeNumber,
                (d, v) -> {
                  d.clientTls.selfSignedValidityYears(v);
                  d.peerTls.selfSignedValidityYears(v);
                })
            .build());
    rows.add(
        of(
                Group.PEER_TLS,
                "cipher-suites",
                "NAMES",
                "",
                "suites by their IANA names, in order, on both ports; the library's if not said")
            .reads(
                Texts::list,
                (d, v) -> {
                  d.clientTls.cipherSuites(v);
                  d.peerTls.cipherSuites(v);
                })
            .build());
    rows.add(
        of(
                Group.PEER_TLS,
                "tls-min-version",
                "TLS1.2|TLS1.3",
                "TLS1.2",
                "oldest version spoken, on both ports")
            .reads(
                text -> text.isEmpty() ? Version.TLS1_2 : version(text),
                (d, v) -> {
                  d.clientTls.minVersion(v);
                  d.peerTls.minVersion(v);
                })
            .build());
    rows.add(
        of(
                Group.PEER_TLS,
                "tls-max-version",
                "TLS1.2|TLS1.3",
                "",
                "newest version spoken, on both ports; the newest there is if not said")
            .reads(
                text -> text.isEmpty() ? null : version(text),
                (d, v) -> {
                  d.clientTls.maxVersion(v);
                  d.peerTls.maxVersion(v);
                })
            .build());
  }

  private static Version version(String text) {
    return switch (text) {
      case "TLS1.2" -> Version.TLS1_2;
      case "TLS1.3" -> Version.TLS1_3;
      default -> throw new Texts.BadText("one of TLS1.2, TLS1.3");
    };
  }

  private static void auth(List<Setting> rows) {
    rows.add(
        of(
                Group.AUTH,
                "auth-token",
                "simple|jwt,...",
                "simple",
                "what a client that logged in shows; jwt,pub-key=FILE,priv-key=FILE,"
                    + "sign-method=RS256,ttl=10m for signed ones")
            .reads(t -> t, (d, v) -> d.authToken = v)
            .build());
    rows.add(
        of(
                Group.AUTH,
                "auth-token-ttl",
                "SECONDS",
                "300",
                "how long a simple token lives without being used")
            .tooSmall("clients log in again and again, at some 50 ms of a processor each")
            .tooLarge("a stolen token is good for long")
            .reads(Texts::wholeNumber, (d, v) -> d.authTokenTtlSeconds = v)
            .build());
    rows.add(
        of(
                Group.AUTH,
                "bcrypt-cost",
                "COST",
                "10",
                "cost of a password's hash, 4 to 31; each step doubles the time")
            .tooSmall("stolen hashes are guessed sooner")
            .tooLarge("a login takes seconds of a processor")
            .reads(Texts::wholeNumber, (d, v) -> d.bcryptCost = v)
            .build());
  }
}
