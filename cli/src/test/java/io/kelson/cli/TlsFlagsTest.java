package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.client.KelsonClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TlsFlagsTest {
  private static Globals.Security flags(Map<String, String> variables, String... namesAndValues) {
    Flags given = new Flags();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      given.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Globals.of(given, new Environment(variables)).security();
  }

  private static void build(Globals.Security flags, String endpoint) {
    TlsFlags.set(KelsonClient.builder(), flags, List.of(endpoint))
        .endpoints(endpoint)
        .build()
        .close();
  }

  @Test
  void nothingIsAskedForByDefault() {
    assertThat(flags(Map.of())).isEqualTo(new Globals.Security("", "", "", "", false, true));
  }

  @Test
  void variablesOfBothPrefixesCount() {
    assertThat(
            flags(
                Map.of("ETCDCTL_CACERT", "ca.pem", "KELSONCTL_CERT", "a.pem", "ETCDCTL_KEY", "k"),
                "key",
                "flag.pem"))
        .isEqualTo(new Globals.Security("ca.pem", "a.pem", "flag.pem", "", false, true));
  }

  @Test
  void certificateAndKeyBelongTogether() {
    assertThatThrownBy(() -> build(flags(Map.of(), "cert", "a.pem"), "h:1"))
        .hasMessageContaining("--cert needs --key");
    assertThatThrownBy(() -> build(flags(Map.of(), "key", "a.pem"), "h:1"))
        .hasMessageContaining("--key needs --cert");
  }

  /** The files are read exactly when TLS is spoken, which tells whether it is. */
  @Test
  void anAuthorityAsksForTlsUnlessTheEndpointSaysHttp() {
    Globals.Security gone = flags(Map.of(), "cacert", "/nowhere/ca.pem");
    for (String endpoint : List.of("h:1", "https://h:1")) {
      assertThatThrownBy(() -> build(gone, endpoint))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("/nowhere/ca.pem");
    }
    build(gone, "http://h:1");
    build(flags(Map.of(), "insecure-skip-tls-verify", "true"), "h:1");
  }
}
