package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfig.LogLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFlagsTest {
  @Test
  void withoutFlagsTheDefaultsAreEtcds() {
    ServerConfig config = parse();
    assertThat(config.name()).isEqualTo("default");
    assertThat(config.dataDir()).isEqualTo(Path.of("default.kelson"));
    assertThat(config.listenClientUrls()).containsExactly("http://localhost:2379");
    assertThat(config.advertiseClientUrls()).containsExactly("http://localhost:2379");
    assertThat(config.listenPeerUrls()).containsExactly("http://localhost:2380");
    assertThat(config.initialCluster().text()).isEqualTo("default=http://localhost:2380");
    assertThat(config.initialClusterToken()).isEqualTo("etcd-cluster");
    assertThat(config.heartbeatIntervalMillis()).isEqualTo(100);
    assertThat(config.electionTimeoutMillis()).isEqualTo(1000);
    assertThat(config.snapshotCount()).isEqualTo(10_000);
    assertThat(config.maxRequestBytes()).isEqualTo(1_572_864);
    assertThat(config.maxTxnOps()).isEqualTo(128);
    assertThat(config.readLease()).isFalse();
    assertThat(config.requestTimeoutMillis()).isEqualTo(7_000);
  }

  @Test
  void everySpellingOfAFlagIsUnderstood() {
    assertThat(parse("--name", "a").name()).isEqualTo("a");
    assertThat(parse("--name=a").name()).isEqualTo("a");
    assertThat(parse("-name", "a").name()).isEqualTo("a");
    assertThat(parse("-name=a").name()).isEqualTo("a");
    assertThat(parse("--name=a", "--name=b").name()).as("the last one wins").isEqualTo("b");
  }

  @Test
  void readLeasesAreAskedForByName() {
    assertThat(parse("--read-lease", "--name=a").readLease()).isTrue();
    assertThat(parse("--read-lease=false").readLease()).isFalse();
    assertThat(parse("--read-lease=true").readLeaseMaxClockDriftPercent()).isEqualTo(10);
    assertThat(
            parse("--read-lease", "--read-lease-max-clock-drift-percent=25")
                .readLeaseMaxClockDriftPercent())
        .isEqualTo(25);
    assertThat(
            ServerFlags.parse(List.of(), Map.of("KELSON_READ_LEASE", "true")).config().readLease())
        .isTrue();
    assertThatThrownBy(() -> parse("--read-lease=perhaps"))
        .hasMessage("--read-lease: \"perhaps\" is not one of true, false");
  }

  @Test
  void aWholeCommandLineOfAThreeMemberCluster() {
    ServerConfig config =
        parse(
            "--name=b",
            "--data-dir=/var/lib/b",
            "--listen-client-urls=http://0.0.0.0:2379",
            "--advertise-client-urls=http://10.0.0.2:2379/",
            "--listen-peer-urls=http://10.0.0.2:2380",
            "--initial-advertise-peer-urls=http://10.0.0.2:2380",
            "--initial-cluster=a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://[::1]:2380",
            "--initial-cluster-state=existing",
            "--initial-cluster-token=t",
            "--heartbeat-interval=50",
            "--election-timeout=500",
            "--snapshot-count=7",
            "--max-request-bytes=2000",
            "--max-txn-ops=9",
            "--log-level=fatal");
    assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/b"));
    assertThat(config.advertiseClientUrls()).containsExactly("http://10.0.0.2:2379");
    assertThat(config.initialCluster().peerUrlsByName())
        .containsOnlyKeys("a", "b", "c")
        .containsEntry("c", List.of("http://[::1]:2380"));
    assertThat(config.initialClusterState()).isEqualTo(ClusterState.EXISTING);
    assertThat(config.electionTimeoutMillis()).isEqualTo(500);
    assertThat(config.requestTimeoutMillis()).isEqualTo(6_000);
    assertThat(config.logLevel()).isEqualTo(LogLevel.ERROR);
  }

  @Test
  void theEnvironmentStandsBeneathTheFlags() {
    Map<String, String> both = Map.of("ETCD_NAME", "fromEtcd", "KELSON_NAME", "fromKelson");
    assertThat(ServerFlags.parse(List.of(), Map.of("ETCD_NAME", "x")).config().name())
        .isEqualTo("x");
    assertThat(ServerFlags.parse(List.of(), both).config().name()).isEqualTo("fromKelson");
    assertThat(ServerFlags.parse(List.of("--name=f"), both).config().name()).isEqualTo("f");
    assertThat(ServerFlags.parse(List.of(), Map.of("ETCD_MAX_TXN_OPS", "5")).config().maxTxnOps())
        .isEqualTo(5);
  }

  @Test
  void aVariableThatIsNoFlagIsReported() {
    var parsed = ServerFlags.parse(List.of(), Map.of("ETCD_CERT_FILE", "x", "HOME", "/"));
    assertThat(parsed.warnings()).singleElement().asString().contains("ETCD_CERT_FILE");
  }

  @ParameterizedTest
  @CsvSource({
    "--nmae=x, --nmae, --name",
    "--intial-cluster=x, --intial-cluster, --initial-cluster",
    "-data-dri, --data-dri, --data-dir",
    "--listen-client-url=http://localhost:1, --listen-client-url, --listen-client-urls",
    "--election-timeout-ms=3, --election-timeout-ms, --election-timeout",
  })
  void anUnknownFlagIsNamedWithTheNearestOne(String given, String named, String nearest) {
    assertThatThrownBy(() -> parse(given))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unknown flag " + named + ";")
        .hasMessageContaining("did you mean " + nearest + "?");
  }

  @Test
  void aFeatureThatDoesNotExistHasNoFlag() {
    assertThatThrownBy(() -> parse("--cert-file=x")).hasMessageContaining("unknown flag");
    assertThatThrownBy(() -> parse("--quota-backend-bytes=1")).hasMessageContaining("unknown flag");
  }

  @Test
  void badValuesAreNamed() {
    assertThatThrownBy(() -> parse("--max-txn-ops=many"))
        .hasMessage("--max-txn-ops: \"many\" is not a whole number");
    assertThatThrownBy(() -> parse("--log-level=loud"))
        .hasMessage("--log-level: \"loud\" is not one of debug, info, warn, error");
    assertThatThrownBy(() -> parse("--initial-cluster-state=old"))
        .hasMessage("--initial-cluster-state: \"old\" is not one of new, existing");
    assertThatThrownBy(() -> parse("--name")).hasMessageContaining("--name needs a value");
    assertThatThrownBy(() -> parse("serve")).hasMessageContaining("\"serve\" is not a flag");
    assertThatThrownBy(() -> ServerFlags.parse(List.of(), Map.of("ETCD_ELECTION_TIMEOUT", "soon")))
        .hasMessageContaining("--election-timeout (from the environment")
        .hasMessageContaining("\"soon\" is not a whole number");
  }

  @Test
  void helpNamesEveryFlagAndNoOther() {
    String help = ServerFlags.parse(List.of("--help"), Map.of()).text();
    List<String> inHelp =
        help.lines()
            .takeWhile(line -> !line.contains("Examples"))
            .filter(line -> line.startsWith("  --"))
            .map(line -> line.strip().split("[ ,]")[0])
            .sorted()
            .toList();
    assertThat(inHelp).containsExactlyElementsOf(ServerFlags.longNames());
  }

  @Test
  void versionHasTheLineThatScriptsCutOut() {
    String version = ServerFlags.parse(List.of("--version"), Map.of()).text();
    assertThat(version.lines().findFirst()).hasValue("etcd Version: 3.7.1");
    assertThat(version).contains("Kelson Version: ");
  }

  private static ServerConfig parse(String... args) {
    return ServerFlags.parse(List.of(args), Map.of()).config();
  }
}
