package io.kelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  @Test
  void theClusterMustContainThisMember() {
    refused(builder("x").initialCluster(InitialCluster.parse("a=http://localhost:2380")))
        .hasMessageContaining("no member called \"x\"")
        .hasMessageContaining("[a]");
  }

  @Test
  void theAdvertisedPeerUrlsMustMatchTheEntry() {
    refused(builder("a").initialCluster(InitialCluster.parse("a=http://localhost:9")))
        .hasMessageContaining("http://localhost:9")
        .hasMessageContaining("http://localhost:2380");
    ServerConfig inAnyOrder =
        builder("a")
            .initialAdvertisePeerUrls(List.of("http://h:1", "http://h:2"))
            .initialCluster(InitialCluster.parse("a=http://h:2,a=http://h:1"))
            .build();
    assertThat(inAnyOrder.initialCluster().peerUrlsByName().get("a")).hasSize(2);
  }

  @Test
  void listeningElsewhereNeedsAnAdvertisedUrl() {
    refused(builder("a").listenClientUrls(List.of("http://0.0.0.0:2379")))
        .hasMessageContaining("--advertise-client-urls is required");
    assertThat(builder("a").listenClientUrls(List.of("http://127.0.0.1:0")).build())
        .satisfies(c -> assertThat(c.advertiseClientUrls()).isEqualTo(c.listenClientUrls()));
  }

  @Test
  void timersMustFit() {
    refused(builder("a").heartbeatIntervalMillis(100).electionTimeoutMillis(499))
        .hasMessageContaining("499 ms must be at least 5 times")
        .hasMessageContaining("raise it to 500");
    refused(builder("a").electionTimeoutMillis(50_001)).hasMessageContaining("50000");
    refused(builder("a").heartbeatIntervalMillis(0)).hasMessageContaining("--heartbeat-interval");
  }

  @Test
  void aDriftBoundNeedsALeaseAndARange() {
    refused(builder("a").readLeaseMaxClockDriftPercent(10))
        .hasMessageContaining("says nothing without --read-lease");
    refused(builder("a").readLease(true).readLeaseMaxClockDriftPercent(0))
        .hasMessageContaining("between 1 and 50");
    refused(builder("a").readLease(true).readLeaseMaxClockDriftPercent(51))
        .hasMessageContaining("--read-lease-max-clock-drift-percent is 51");
    assertThat(builder("a").readLease(true).build().readLeaseMaxClockDriftPercent()).isEqualTo(10);
  }

  @Test
  void limitsHaveBounds() {
    refused(builder("a").maxRequestBytes(1023)).hasMessageContaining("--max-request-bytes is 1023");
    refused(builder("a").maxRequestBytes(Integer.MAX_VALUE)).hasMessageContaining("33554432");
    refused(builder("a").maxTxnOps(0)).hasMessageContaining("--max-txn-ops is 0");
    refused(builder("a").snapshotCount(0)).hasMessageContaining("at least 1");
  }

  @ParameterizedTest
  @CsvSource({
    "a=b", "' '", "'a,b'",
  })
  void aNameMustFitIntoTheList(String name) {
    refused(builder(name).initialCluster(InitialCluster.parse("a=http://localhost:2380")))
        .hasMessageContaining("--name");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:2379, must start with http://",
    "http://localhost, lacks a host or a port",
    "http://:2379, lacks a host or a port",
    "http://localhost:99999, port above 65535",
    "http://localhost:2379/v3, must end after the port",
    "ftp://localhost:2379, must start with http:// or https://",
    "http://a b:1, is not a URL",
    "'', must start with http://",
  })
  void urlsAreChecked(String url, String why) {
    assertThatThrownBy(() -> UrlList.parse("--listen-peer-urls", url))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--listen-peer-urls")
        .hasMessageContaining(why);
  }

  @Test
  void aUrlTwiceIsAMistake() {
    assertThatThrownBy(() -> UrlList.parse("--f", "http://h:1,http://h:1/"))
        .hasMessageContaining("twice");
  }

  @ParameterizedTest
  @CsvSource({
    "'a=http://h:1,b=http://h:1', both \"a\" and \"b\"",
    "'a=http://h:1,b=http://h:2,a=http://h:3', two members called \"a\"",
    "'http://h:1', is not of the form",
    "'a=http://h:1,', is not of the form",
    "'a=h:1', must start with http://",
  })
  void theClusterListIsChecked(String text, String why) {
    assertThatThrownBy(() -> InitialCluster.parse(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }

  private static ServerConfigBuilder builder(String name) {
    return ServerConfig.builder().name(name);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ?> refused(ServerConfigBuilder b) {
    return assertThatThrownBy(b::build).isInstanceOf(ConfigException.class);
  }
}
