package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configuration files: etcd's are understood, and what is wrong with one is named by its line. */
class ConfigFileTest {
  @TempDir Path temp;

  @Test
  void aFileOfEtcdsIsUnderstood() throws IOException {
    ServerConfig config =
        read("""
                name: 'a'
                data-dir: /var/lib/a
                wal-dir:
                listen-client-urls: http://10.0.0.1:2379,http://127.0.0.1:2379
                advertise-client-urls: [http://10.0.0.1:2379]
                initial-cluster:
                discovery:
                snapshot-count: 10000
                quota-backend-bytes: 8589934592
                grpc-keepalive-min-time: 5000000000
                watch-progress-notify-interval: 5s
                client-transport-security:
                  cert-file: c.crt
                  key-file: c.key
                  client-cert-auth: true
                  trusted-ca-file: ca.crt
                  auto-tls:
                peer-transport-security:
                  cert-file: p.crt
                  key-file: p.key
                  trusted-ca-file: ca.crt
                  client-cert-auth: false
                  allowed-cn: one,two
                log-outputs: [stderr, /var/log/a.log]
                auto-compaction-mode: periodic
                auto-compaction-retention: "1"
                cipher-suites: [
                  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                ]
                """)
            .config();
    assertThat(config.name()).isEqualTo("a");
    assertThat(config.listenClientUrls()).hasSize(2);
    assertThat(config.initialCluster().text()).isEqualTo("a=http://localhost:2380");
    assertThat(config.storage().quotaBackendBytes()).isEqualTo(8L << 30);
    assertThat(config.storage().retention()).isEqualTo(Duration.ofHours(1));
    assertThat(config.limits().keepAliveMinTime()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.limits().watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.clientTls().certFile()).isEqualTo(Path.of("c.crt"));
    assertThat(config.clientTls().clientCertAuth()).isTrue();
    assertThat(config.clientTls().trustedCaFile()).isEqualTo(Path.of("ca.crt"));
    assertThat(config.peerTls().certFile()).isEqualTo(Path.of("p.crt"));
    assertThat(config.peerTls().clientCertAuth()).isFalse();
    assertThat(config.peerTls().allowedCns()).containsExactly("one", "two");
    assertThat(config.clientTls().cipherSuites()).hasSize(2);
    assertThat(config.log().outputs()).containsExactly("stderr", "/var/log/a.log");
  }

  @Test
  void everythingThatIsWrongIsNamedWithItsLine() throws IOException {
    refused(
            """
            name: a
            nmae: b
            max-txn-ops: many
            name: c
            client-transport-security:
              cert-fiel: x
              key-file: [a, {b: c}]
            data-dir: {}
            unsafe-no-fsync: true
            max-request-bytes: 1
            """)
        .hasMessageContaining(":2: there is no setting nmae; did you mean name?")
        .hasMessageContaining(":3: max-txn-ops: \"many\" is not a whole number")
        .hasMessageContaining(":4: name is set in line 1 already; remove one of the two")
        .hasMessageContaining(
            ":6: there is no setting client-transport-security.cert-fiel; did you mean cert-file?")
        .hasMessageContaining(
            ":7: client-transport-security.key-file is a list of texts, and this is none")
        .hasMessageContaining(":8: data-dir has a value, not lines below it")
        .hasMessageContaining(":9: unsafe-no-fsync: \"true\" is refused: an acknowledged write");
  }

  @Test
  void whatDoesNotFitTogetherHasALineToo() throws IOException {
    refused("max-learners: 1\nmax-txn-ops: 0\nelection-timeout: 100\nheartbeat-interval: 100\n")
        .hasMessageContaining(":2: max-txn-ops is 0")
        .hasMessageContaining(
            ":3: election-timeout 100 ms must be at least 5 times heartbeat-interval");
  }

  @Test
  void aBlockAndAFlagsNameForTheSameThingAreADuplicate() throws IOException {
    refused("client-transport-security:\n  cert-file: a\ncert-file: b\n")
        .hasMessageContaining(":3: cert-file is set in line 2 already");
    refused("peer-transport-security:\npeer-transport-security:\n")
        .hasMessageContaining(":2: the block peer-transport-security is set in line 1 already");
  }

  @Test
  void whatIsNoFileOfSettingsIsRefused() throws IOException {
    refused("- a\n").hasMessageContaining(":1: a configuration file has lines of the form");
    refused("name: 'a\n").hasMessageContaining("this is not YAML");
    refused("name: a\n---\nname: b\n").hasMessageContaining("this is not YAML");
    refused("client-transport-security: yes\n")
        .hasMessageContaining(":1: client-transport-security has");
    refused("#" + "x".repeat(1 << 20)).hasMessageContaining("larger than 1048576 bytes");
    assertThatThrownBy(() -> parse(temp.resolve("none.yml")))
        .hasMessageContaining("none.yml does not exist; correct --config-file");
    Path binary = temp.resolve("binary");
    Files.write(binary, new byte[] {'a', (byte) 0xff});
    assertThatThrownBy(() -> parse(binary)).hasMessageContaining("is not UTF-8 text");
    assertThat(read("").config().name()).as("an empty file says nothing").isEqualTo("default");
  }

  @Test
  void aliasesCannotMakeAFileLarge() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a%d: &a%d [*a%d,*a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    refused(bomb.toString()).hasMessageContaining("this is not YAML");
    refused("name: &n [*n]\n").isNotNull();
    refused("name: !!javax.script.ScriptEngineManager [x, {}]\n")
        .hasMessageContaining("name is a list of texts");
  }

  @Test
  void whatDoesNotCountBesideAFileIsNamed() throws IOException {
    Path file = file("name: a\nmax-txn-ops: 5\n");
    Map<String, String> same = Map.of("KELSON_MAX_TXN_OPS", "5", "ETCD_NAME", "a");
    var agreeing = ServerFlags.parse(List.of("--config-file", file.toString(), "--name=a"), same);
    assertThat(agreeing.config().maxTxnOps()).isEqualTo(5);
    assertThat(agreeing.warnings()).isEmpty();
    assertThatThrownBy(
            () ->
                ServerFlags.parse(
                    List.of("--config-file=" + file, "--name=b", "--snapshot-count=1"),
                    Map.of("KELSON_METRICS", "basic")))
        .hasMessageContaining("--name has no effect beside the configuration file")
        .hasMessageContaining("write snapshot-count into it")
        .hasMessageContaining("KELSON_METRICS has no effect");
    var ignoring =
        ServerFlags.parse(
            List.of(),
            Map.of("ETCD_CONFIG_FILE", file.toString(), "ETCD_NAME", "b", "ETCD_METRICS", "basic"));
    assertThat(ignoring.config().name()).isEqualTo("a");
    assertThat(ignoring.warnings())
        .satisfiesExactlyInAnyOrder(
            w -> assertThat(w).contains("ETCD_NAME is ignored, as in etcd"),
            w -> assertThat(w).contains("ETCD_METRICS is ignored, as in etcd"));
  }

  @Test
  void whatHasNoEffectIsNamedWithItsLine() throws IOException {
    var parsed =
        read("max-wals: 5\nexperimental-corrupt-check-time: 1h\nstrict-reconfig-check: false\n");
    assertThat(parsed.warnings())
        .satisfiesExactly(
            w -> assertThat(w).contains(":1: max-wals has no effect: "),
            w ->
                assertThat(w)
                    .contains(
                        ":2: experimental-corrupt-check-time is a name of old; write --corrupt"));
    assertThat(parsed.config().cluster().strictReconfigCheck()).isFalse();
  }

  /** Found by fuzzing: seed 1. The composer of the library goes down by recursion. */
  @Test
  void aFileNestedThousandsDeepIsRefused() throws IOException {
    refused("? ".repeat(20_000)).hasMessageContaining("nested more than 50 deep");
    refused("[".repeat(20_000)).hasMessageContaining("nested more than 50 deep");
    refused("- ".repeat(20_000)).hasMessageContaining("nested more than 50 deep");
  }

  private ServerFlags.Parsed read(String text) throws IOException {
    return parse(file(text));
  }

  private static ServerFlags.Parsed parse(Path file) {
    return ServerFlags.parse(List.of("--config-file=" + file), Map.of());
  }

  private AbstractThrowableAssert<?, ?> refused(String text) throws IOException {
    Path file = file(text);
    return assertThatThrownBy(() -> parse(file)).isInstanceOf(ConfigException.class);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(temp, "kelson", ".yml"), text);
  }
}
