package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.config.ServerConfig.ClusterState;
import io.kelson.server.config.ServerConfig.LogLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
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
    var parsed =
        ServerFlags.parse(
            List.of(),
            Map.of("ETCD_PORT", "x", "KELSON_NMAE", "y", "KELSON_JAVA_OPTS", "z", "HOME", "/"));
    assertThat(parsed.warnings())
        .satisfiesExactly(
            w -> assertThat(w).contains("ETCD_PORT"), w -> assertThat(w).contains("KELSON_NMAE"));
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
        .hasMessageContaining("--election-timeout (from the environment, ETCD_ELECTION_TIMEOUT)")
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
    List<String> expected =
        new java.util.ArrayList<>(List.of("--config-file", "--help", "--version"));
    SettingTable.obeyed().forEach(setting -> expected.add(setting.flag()));
    assertThat(inHelp).containsExactlyElementsOf(expected.stream().sorted().toList());
    assertThat(help.lines()).as("one look is enough").allMatch(line -> line.length() <= 100);
  }

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatThrownBy(
            () -> parse("--nmae=x", "--max-txn-ops=many", "--unsafe-no-fsync", "--data-dir"))
        .hasMessageContaining("unknown flag --nmae")
        .hasMessageContaining("--max-txn-ops: \"many\"")
        .hasMessageContaining("--unsafe-no-fsync: \"true\" is refused")
        .hasMessageContaining("--data-dir needs a value");
    assertThatThrownBy(() -> parse("--max-txn-ops=0", "--bcrypt-cost=3", "--max-learners=0"))
        .hasMessageContaining("--max-txn-ops is 0")
        .hasMessageContaining("--bcrypt-cost is 3; it must be between 4 and 31")
        .hasMessageContaining("--max-learners is 0");
  }

  @Test
  void settingsThatContradictEachOtherAreBothNamed() {
    refused("--auto-compaction-mode=revision", "--auto-compaction-retention=5m")
        .hasMessageContaining("--auto-compaction-retention \"5m\"")
        .hasMessageContaining("--auto-compaction-mode is revision");
    refused("--discovery-srv=example.com", "--initial-cluster=default=http://localhost:2380")
        .hasMessageContaining("--initial-cluster and --discovery-srv");
    refused("--discovery-srv-name=x").hasMessageContaining("without --discovery-srv");
    refused(
            "--feature-gates=InitialCorruptCheck=true",
            "--experimental-initial-corrupt-check=false")
        .hasMessageContaining("--feature-gates and by --experimental-initial-corrupt-check");
    refused("--corrupt-check-time=1h", "--experimental-corrupt-check-time=2h")
        .hasMessageContaining("--experimental-corrupt-check-time says \"2h\"")
        .hasMessageContaining("--corrupt-check-time says \"1h\"");
    refused("--listen-metrics-urls=http://localhost:2379")
        .hasMessageContaining("--listen-client-urls and --listen-metrics-urls both name");
  }

  @Test
  void anOldNameIsTakenWithAWarning() {
    var parsed =
        ServerFlags.parse(
            List.of(
                "--experimental-watch-progress-notify-interval=5s",
                "--experimental-initial-corrupt-check"),
            Map.of());
    assertThat(parsed.config().limits().watchProgressInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(parsed.config().checks().initialCheck()).isTrue();
    assertThat(parsed.warnings())
        .containsExactly(
            "--experimental-watch-progress-notify-interval is a name of old; write "
                + "--watch-progress-notify-interval",
            "--experimental-initial-corrupt-check is a name of old; write "
                + "--feature-gates=InitialCorruptCheck=true|false");
  }

  @Test
  void aFlagWinsOverTheVariableOfItsOldName() {
    var parsed =
        ServerFlags.parse(
            List.of("--corrupt-check-time=1h"),
            Map.of("ETCD_EXPERIMENTAL_CORRUPT_CHECK_TIME", "2h"));
    assertThat(parsed.config().checks().interval()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void valuesAreReadInEtcdsUnits() {
    assertThat(parse("--auto-compaction-retention=3").storage().retention())
        .isEqualTo(Duration.ofHours(3));
    assertThat(parse("--auto-compaction-retention=1h30m").storage().retention())
        .isEqualTo(Duration.ofMinutes(90));
    ServerConfig revisions =
        parse("--auto-compaction-mode=revision", "--auto-compaction-retention=1000");
    assertThat(revisions.storage().retainedRevisions()).isEqualTo(1000);
    assertThat(parse("--quota-backend-bytes", "-1").storage().quotaBackendBytes()).isEqualTo(-1);
    assertThat(parse("--max-concurrent-streams=4294967295").limits().maxConcurrentStreams())
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(parse("--cors=").http().corsOrigins()).containsExactly("*");
    assertThat(parse("--log-outputs=default,/var/log/k.log").log().outputs())
        .containsExactly("stderr", "/var/log/k.log");
    assertThat(parse("--tls-min-version=TLS1.3").peerTls().minVersion())
        .isEqualTo(TlsSettings.Version.TLS1_3);
    assertThat(parse("--feature-gates=CompactHashCheck=false").checks().compactionInterval())
        .isZero();
    refused("--grpc-keepalive-min-time=5")
        .hasMessage(
            "--grpc-keepalive-min-time: \"5\" is not a time with a unit, such as 100ms, 5s, 10m or "
                + "1h30m");
    refused("--feature-gates=InitialCoruptCheck=true")
        .hasMessageContaining("did you mean InitialCorruptCheck?");
  }

  @Test
  void differencesAreToldAndSecretsAreNot() {
    var parsed =
        ServerFlags.parse(
            List.of("--name=a", "--max-txn-ops=128"), Map.of("ETCD_METRICS", "extensive"));
    assertThat(parsed.differences()).containsExactlyInAnyOrder("name=a", "metrics=extensive");
    refused("--discovery-password=swordfish")
        .hasMessageContaining("\"***\" is refused")
        .extracting(Throwable::getMessage)
        .asString()
        .doesNotContain("swordfish");
  }

  @Test
  void versionHasTheLineThatScriptsCutOut() {
    String version = ServerFlags.parse(List.of("--version"), Map.of()).text();
    assertThat(version.lines().findFirst()).hasValue("etcd Version: 3.7.1");
    assertThat(version).contains("Kelson Version: ");
  }

  @Test
  void theValueOfAnUnknownFlagIsNotRepeated() {
    refused("--password", "dont-tell").hasMessageNotContaining("dont-tell");
    refused("--password=dont-tell").hasMessageNotContaining("dont-tell");
    refused("--password", "dont-tell", "stray")
        .hasMessageContaining("--password")
        .hasMessageContaining("\"stray\" is not a flag")
        .hasMessageNotContaining("dont-tell");
  }

  /** Found by fuzzing: seed 1. */
  @Test
  void aNameThatCanBeNoDirectoryIsRefused() {
    refused("--name=a\0b").hasMessageContaining("--data-dir");
  }

  private static AbstractThrowableAssert<?, ?> refused(String... args) {
    return assertThatThrownBy(() -> parse(args)).isInstanceOf(ConfigException.class);
  }

  private static ServerConfig parse(String... args) {
    return ServerFlags.parse(List.of(args), Map.of()).config();
  }
}
