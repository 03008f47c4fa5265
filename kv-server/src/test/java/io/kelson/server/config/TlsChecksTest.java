package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.config.TlsSettings.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TlsChecksTest {
  private static final Path FILE = Path.of("some.pem");
  private static final List<String> TLS = List.of("https://127.0.0.1:2379");

  private static TlsSettings tls(UnaryOperator<TlsSettings.Builder> change) {
    return change.apply(TlsSettings.builder().certFile(FILE).keyFile(FILE)).build();
  }

  private static void refusedClient(TlsSettings tls, List<String> urls, String... parts) {
    assertThatThrownBy(() -> TlsChecks.requireClient(tls, urls))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
  }

  private static void refusedPeer(TlsSettings tls, List<String> urls, String... parts) {
    assertThatThrownBy(() -> TlsChecks.requirePeer(tls, urls))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void httpsNeedsACertificate() {
    refusedClient(
        TlsSettings.OFF, TLS, "--listen-client-urls", TLS.get(0), "--cert-file", "--auto-tls");
    refusedPeer(TlsSettings.OFF, TLS, "--listen-peer-urls", "--peer-cert-file", "--peer-auto-tls");
    TlsChecks.requireClient(tls(t -> t), TLS);
    TlsChecks.requirePeer(TlsSettings.builder().autoTls(true).build(), TLS);
  }

  @Test
  void certificateAndKeyBelongTogether() {
    refusedClient(tls(t -> t.keyFile(null)), TLS, "--cert-file", "without --key-file");
    refusedPeer(tls(t -> t.certFile(null)), TLS, "--peer-key-file", "without --peer-cert-file");
  }

  @Test
  void whatAsksForCertificatesNeedsAnAuthority() {
    refusedClient(tls(t -> t.clientCertAuth(true)), TLS, "--client-cert-auth", "--trusted-ca-file");
    refusedPeer(
        tls(t -> t.clientCertAuth(true)), TLS, "--peer-client-cert-auth", "--peer-trusted-ca-file");
    refusedClient(tls(t -> t.crlFile(FILE)), TLS, "--client-crl-file", "--trusted-ca-file");
    refusedPeer(
        tls(t -> t.allowedCns(List.of("a"))), TLS, "--peer-cert-allowed-cn", "--peer-trusted-ca");
    refusedPeer(
        tls(t -> t.trustedCaFile(FILE).allowedCns(List.of("a")).allowedHostnames(List.of("b"))),
        TLS,
        "exclude each other");
  }

  @Test
  void contradictionsAreRefused() {
    refusedClient(
        tls(t -> t.minVersion(Version.TLS1_3).maxVersion(Version.TLS1_2)), TLS, "--tls-min");
    refusedClient(tls(t -> t.selfSignedValidityYears(0)), TLS, "--self-signed-cert-validity");
    refusedPeer(
        TlsSettings.builder().autoTls(true).trustedCaFile(FILE).build(), TLS, "--peer-auto-tls");
  }

  @Test
  void bothSchemesInOneListNeedTheirOwnPorts() {
    TlsChecks.requireClient(
        tls(t -> t), List.of("http://127.0.0.1:2379", "https://127.0.0.1:2380"));
    refusedClient(
        tls(t -> t), List.of("http://127.0.0.1:0", "https://127.0.0.1:2380"), "write the port");
    refusedClient(
        tls(t -> t), List.of("http://127.0.0.1:1", "https://127.0.0.1:1"), "the same address");
  }

  @Test
  void theWholeConfigurationIsChecked() {
    assertThat(UrlList.parse("--f", "https://h:1/")).containsExactly("https://h:1");
    assertThatThrownBy(() -> ServerConfig.builder().listenPeerUrls(TLS).build())
        .hasMessageContaining("--peer-cert-file");
  }
}
