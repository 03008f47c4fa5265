package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.server.config.Setting.Fate;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every flag of etcd: obeyed, taken without effect, or refused; none is unknown. */
class EtcdFlagsTest {
  /** Of etcd 3.7, less the experimental names of before. */
  private static final Set<String> OBEYED =
      words(
          """
          name data-dir listen-peer-urls listen-client-urls listen-client-http-urls
          initial-advertise-peer-urls advertise-client-urls initial-cluster initial-cluster-state
          initial-cluster-token discovery-srv discovery-srv-name strict-reconfig-check max-learners
          force-new-cluster heartbeat-interval election-timeout snapshot-count
          snapshot-catchup-entries quota-backend-bytes max-txn-ops max-request-bytes
          max-concurrent-streams grpc-keepalive-min-time grpc-keepalive-interval
          grpc-keepalive-timeout auto-compaction-mode auto-compaction-retention
          watch-progress-notify-interval corrupt-check-time compact-hash-check-time
          warning-apply-duration warning-unary-request-duration feature-gates cert-file key-file
          trusted-ca-file client-cert-auth client-crl-file client-cert-allowed-hostname auto-tls
          self-signed-cert-validity peer-cert-file peer-key-file peer-trusted-ca-file
          peer-client-cert-auth peer-crl-file peer-cert-allowed-cn peer-cert-allowed-hostname
          peer-auto-tls peer-skip-client-san-verification cipher-suites tls-min-version
          tls-max-version cors host-whitelist auth-token auth-token-ttl bcrypt-cost log-level
          log-format log-outputs metrics listen-metrics-urls enable-grpc-gateway
          """);

  private static final Set<String> WITHOUT_EFFECT =
      words(
          """
          initial-election-tick-advance raft-read-timeout raft-write-timeout max-wals max-snapshots
          backend-bbolt-freelist-type backend-batch-interval backend-batch-limit
          bootstrap-defrag-threshold-megabytes compaction-batch-limit compaction-sleep-interval
          downgrade-check-time client-cert-file client-key-file socket-reuse-address
          log-rotation-config-json log-package-levels discovery-fallback discovery-dial-timeout
          discovery-request-timeout discovery-keepalive-time discovery-keepalive-timeout
          discovery-insecure-transport discovery-insecure-skip-tls-verify
          distributed-tracing-address distributed-tracing-service-name
          distributed-tracing-instance-id distributed-tracing-sampling-rate v2-deprecation
          proxy-failure-wait proxy-refresh-interval proxy-dial-timeout proxy-write-timeout
          proxy-read-timeout wait-cluster-ready-timeout
          """);

  private static final Set<String> REFUSED =
      words(
          """
          pre-vote wal-dir unsafe-no-fsync memory-mlock peer-client-cert-file peer-client-key-file
          socket-reuse-port enable-pprof logger enable-log-rotation debug discovery discovery-proxy
          discovery-token discovery-endpoints discovery-cert discovery-key discovery-cacert
          discovery-user discovery-password enable-distributed-tracing enable-v2 proxy
          """);

  /** As etcd 3.4 to 3.6 had them. */
  private static final Set<String> EXPERIMENTAL =
      words(
          """
          backend-bbolt-freelist-type bootstrap-defrag-threshold-megabytes compact-hash-check-enabled
          compact-hash-check-time compaction-batch-limit compaction-sleep-interval corrupt-check-time
          distributed-tracing-address distributed-tracing-instance-id
          distributed-tracing-sampling-rate distributed-tracing-service-name downgrade-check-time
          enable-distributed-tracing enable-lease-checkpoint enable-lease-checkpoint-persist
          enable-v2v3 initial-corrupt-check max-learners memory-mlock
          peer-skip-client-san-verification set-member-localaddr snapshot-catchup-entries
          stop-grpc-service-on-defrag txn-mode-write-with-shared-buffer
          wait-cluster-ready-timeout warning-apply-duration warning-unary-request-duration
          watch-progress-notify-interval
          """);

  @Test
  void everyFlagOfEtcdHasItsFate() {
    assertThat(names(Fate.OBEYED)).containsExactlyInAnyOrderElementsOf(OBEYED);
    assertThat(names(Fate.WITHOUT_EFFECT)).containsExactlyInAnyOrderElementsOf(WITHOUT_EFFECT);
    assertThat(names(Fate.REFUSED)).containsExactlyInAnyOrderElementsOf(REFUSED);
    assertThat(
            SettingTable.all().stream()
                .map(Setting::name)
                .filter(name -> name.startsWith("experimental-"))
                .map(name -> name.substring("experimental-".length())))
        .containsExactlyInAnyOrderElementsOf(EXPERIMENTAL);
  }

  static List<String> withoutEffect() {
    return WITHOUT_EFFECT.stream().sorted().toList();
  }

  static List<String> refused() {
    return REFUSED.stream().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("withoutEffect")
  void whatHasNoEffectIsTakenWithOneLineThatSaysWhy(String name) {
    var parsed = ServerFlags.parse(List.of("--" + name + "=true"), Map.of());
    assertThat(parsed.config()).isEqualTo(ServerConfig.builder().build());
    assertThat(parsed.warnings())
        .singleElement()
        .asString()
        .startsWith("--" + name + " has no effect: ");
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatPromisesMoreThanThereIsIsRefused(String name) {
    String bad = name.equals("pre-vote") ? "false" : name.equals("logger") ? "x" : "true";
    assertThatThrownBy(() -> ServerFlags.parse(List.of("--" + name + "=" + bad), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--" + name)
        .hasMessageContaining("is refused: ");
    Setting setting = SettingTable.find(name).orElseThrow();
    for (String harmless : setting.harmless()) {
      var parsed = ServerFlags.parse(List.of("--" + name + "=" + harmless), Map.of());
      assertThat(parsed.config()).isEqualTo(ServerConfig.builder().build());
    }
  }

  /** What the help says a default is must be what it is. */
  @Test
  void everyDefaultIsTheOneInForce() {
    for (Setting setting : SettingTable.obeyed()) {
      boolean isElsewhere =
          setting.defaultText().isEmpty()
              || Set.of("data-dir", "read-lease-max-clock-drift-percent").contains(setting.name());
      if (!isElsewhere) {
        assertThat(
                ServerFlags.parse(
                        List.of(
                            "--advertise-client-urls=http://localhost:2379",
                            setting.flag() + "=" + setting.defaultText()),
                        Map.of())
                    .config())
            .as(setting.name())
            .isEqualTo(ServerConfig.builder().build());
      }
    }
  }

  /** A setting that nobody notices is one that is not wired. */
  @Test
  void everySettingChangesSomething() {
    for (Setting setting : SettingTable.obeyed()) {
      Draft draft = new Draft();
      // A setting of TLS says nothing without the others.
      withFiles(draft.clientTls);
      withFiles(draft.peerTls);
      String other = another(setting);
      new Given(setting, other, new Given.Source(Given.Source.Kind.FLAG, setting.flag(), 0))
          .apply(draft);
      if (setting.name().equals("read-lease-max-clock-drift-percent")) {
        draft.server.readLease(true);
      }
      if (setting.name().equals("discovery-srv-name")) {
        draft.discoverySrv = "example.com";
      }
      if (setting.name().equals("listen-client-urls")) {
        draft.server.advertiseClientUrls(List.of("http://localhost:2379"));
      }
      if (setting.name().equals("name")) {
        assertThat(draft.build().name()).isEqualTo(other);
      } else {
        assertThat(draft.build()).as(setting.name()).isNotEqualTo(unlike(setting));
      }
    }
  }

  /** The settings without the one looked at, but with what it needs beside it. */
  private static ServerConfig unlike(Setting setting) {
    ServerConfigBuilder b =
        ServerConfig.builder()
            .clientTls(withFiles(TlsSettings.builder()).build())
            .peerTls(withFiles(TlsSettings.builder()).build());
    return switch (setting.name()) {
      case "read-lease-max-clock-drift-percent" -> b.readLease(true).build();
      case "discovery-srv-name" ->
          b.cluster(new ClusterSettings(true, 1, false, "example.com", "")).build();
      default -> b.build();
    };
  }

  private static TlsSettings.Builder withFiles(TlsSettings.Builder tls) {
    return tls.certFile(Path.of("c")).keyFile(Path.of("k")).trustedCaFile(Path.of("ca"));
  }

  private static String another(Setting setting) {
    return switch (setting.label()) {
      case Setting.SWITCH -> String.valueOf(!Boolean.parseBoolean(setting.defaultText()));
      case "URLS" -> "http://localhost:1";
      case "NAME=URL,..." -> "default=http://localhost:2380,b=http://localhost:1";
      case "GATE=true,..." -> "InitialCorruptCheck=false";
      case "new|existing" -> "existing";
      case "periodic|revision" -> "revision";
      case "basic|extensive" -> "extensive";
      case "text|json" -> "json";
      case "LEVEL" -> "debug";
      case "simple|jwt,..." -> "jwt,pub-key=a";
      case "TLS1.2|TLS1.3" -> "TLS1.3";
      case Setting.TIME -> "7s";
      case "COST", "YEARS" -> "7";
      case "MS" -> setting.name().startsWith("heart") ? "77" : "7777";
      case "PERCENT" -> "7";
      case "NAME", "NAMES", "DIR", "FILE", "TOKEN", "DOMAIN", "SUFFIX", "ORIGINS" -> "seven";
      case "COUNT" -> "77777";
      default -> "777777";
    };
  }

  /** Given as kubeadm's manifest gives them, each must count without a word. */
  @ParameterizedTest
  @ValueSource(strings = {"--feature-gates=InitialCorruptCheck=true", "--metrics=basic"})
  void kubeadmsFlagsAreTakenWithoutAWord(String last) {
    String url = "https://192.168.1.10";
    var parsed =
        ServerFlags.parse(
            List.of(
                "--advertise-client-urls=" + url + ":2379",
                "--cert-file=/etc/kubernetes/pki/etcd/server.crt",
                "--client-cert-auth=true",
                "--data-dir=/var/lib/etcd",
                "--initial-advertise-peer-urls=" + url + ":2380",
                "--initial-cluster=control=" + url + ":2380",
                "--key-file=/etc/kubernetes/pki/etcd/server.key",
                "--listen-client-urls=https://127.0.0.1:2379," + url + ":2379",
                "--listen-metrics-urls=http://127.0.0.1:2381",
                "--listen-peer-urls=" + url + ":2380",
                "--name=control",
                "--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt",
                "--peer-client-cert-auth=true",
                "--peer-key-file=/etc/kubernetes/pki/etcd/peer.key",
                "--peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
                "--snapshot-count=10000",
                "--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
                "--watch-progress-notify-interval=5s",
                last),
            Map.of());
    assertThat(parsed.warnings()).isEmpty();
    assertThat(parsed.config().http().listenMetricsUrls()).containsExactly("http://127.0.0.1:2381");
    assertThat(parsed.config().peerTls().clientCertAuth()).isTrue();
    assertThat(parsed.config().limits().watchProgressInterval()).hasSeconds(5);
  }

  private static List<String> names(Fate fate) {
    return SettingTable.all().stream()
        .filter(s -> s.fate() == fate && !s.isOwn() && !s.name().startsWith("experimental-"))
        .map(Setting::name)
        .toList();
  }

  private static Set<String> words(String text) {
    return Arrays.stream(text.strip().split("\\s+")).collect(Collectors.toUnmodifiableSet());
  }
}
