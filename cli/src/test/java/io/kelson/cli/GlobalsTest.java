package io.kelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GlobalsTest {
  private static Globals globals(Map<String, String> variables, String... words) {
    return Globals.of(CommandLines.parse(List.of(words)).flags(), new Environment(variables));
  }

  @Test
  void thePasswordMayStandBehindTheNameOrBesideIt() {
    Globals.Identity behind = globals(Map.of(), "--user=alice:a:b", "get").identity();
    assertThat(behind.name()).isEqualTo("alice");
    assertThat(behind.knownPassword()).isEqualTo("a:b");

    Globals.Identity beside = globals(Map.of(), "--user=al:ice", "--password=pw").identity();
    assertThat(beside.name()).isEqualTo("al:ice");
    assertThat(beside.knownPassword()).isEqualTo("pw");

    Globals.Identity asked = globals(Map.of("ETCDCTL_USER", "alice"), "get").identity();
    assertThat(asked.name()).isEqualTo("alice");
    assertThat(asked.knownPassword()).isEmpty();
  }

  @Test
  void secretsAreNotInItsTextWhichDebugPrints() {
    Globals globals =
        globals(
            Map.of("KELSONCTL_AUTH_JWT_TOKEN", "token-secret"), "--user=alice:pw-secret", "get");
    assertThat(globals.identity().token()).isEqualTo("token-secret");
    assertThat(globals.toString()).contains("alice").doesNotContain("pw-secret", "token-secret");
  }

  @Test
  void flagsWinOverVariablesAndKelsonsVariablesOverEtcds() {
    Map<String, String> variables =
        Map.of(
            "ETCDCTL_ENDPOINTS", "a:1,b:2",
            "ETCDCTL_WRITE_OUT", "json",
            "KELSONCTL_WRITE_OUT", "table",
            "ETCDCTL_DISCOVERY_SRV", "example.org",
            "ETCDCTL_INSECURE_DISCOVERY", "false");
    Globals globals = globals(variables, "get", "--command-timeout=250ms");
    assertThat(globals.endpoints()).containsExactly("a:1", "b:2");
    assertThat(globals.writeOut()).isEqualTo("table");
    assertThat(globals.commandTimeout()).hasMillis(250);
    assertThat(globals.discovery()).isEqualTo(new Globals.Discovery("example.org", "", false));
    assertThat(globals(variables, "-w", "fields", "get").writeOut()).isEqualTo("fields");
  }

  @Test
  void whatIsNoFlagIsNamed() {
    Environment environment =
        new Environment(Map.of("ETCDCTL_API", "3", "KELSONCTL_NOPE", "1", "ETCDCTL_USER", "u"));
    assertThat(environment.unrecognized()).containsExactly("KELSONCTL_NOPE");
  }
}
