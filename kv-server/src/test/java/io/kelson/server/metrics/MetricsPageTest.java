package io.kelson.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.kelson.api.KVGrpc;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The page itself: formats, spelling, and labels that nobody can make grow. */
class MetricsPageTest {
  private static final String PUT = KVGrpc.getPutMethod().getFullMethodName();
  private static final Metadata.Key<String> VERSION =
      Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);

  private final Metrics metrics = new Metrics(false, Duration.ofMillis(100));

  @Test
  void textUnlessOpenMetricsIsAskedFor() {
    assertThat(metrics.contentType("")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(metrics.contentType(null)).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.contentType("text/html,*/*;q=0.8")).startsWith("text/plain; version=0.0.4");
    String prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3";
    assertThat(metrics.contentType(prometheus))
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    String open = new String(metrics.body(prometheus), StandardCharsets.UTF_8);
    assertThat(open).endsWith("# EOF\n").contains("# TYPE etcd_server_leader_changes_seen counter");
  }

  @Test
  void protobufIsNotSpokenEvenIfItIsPreferred() {
    String protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
            + "text/plain;q=0.5";
    assertThat(metrics.contentType(protobuf)).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body(protobuf)).isNotEmpty();
  }

  @Test
  void countersWithoutACountersEndingKeepTheirName() {
    metrics.health().answered(false);
    PageText page = PageText.of(metrics);
    assertThat(page.types()).containsEntry("etcd_server_health_failures", "counter");
    assertThat(page.value("etcd_server_health_failures")).isEqualTo(1);
    String open = new String(metrics.body("application/openmetrics-text"), StandardCharsets.UTF_8);
    assertThat(open)
        .contains("# TYPE etcd_server_health_failures unknown\n")
        .contains("\netcd_server_health_failures 1.0\n");
  }

  @Test
  void boundsAreSpelledLikeEtcds() {
    String text = PageText.of(metrics).text();
    assertThat(text)
        .contains("etcd_debugging_lease_ttl_total_bucket{le=\"1\"} 0")
        .contains("etcd_debugging_lease_ttl_total_bucket{le=\"8388608\"} 0")
        .contains("etcd_disk_wal_fsync_duration_seconds_bucket{le=\"8.192\"} 0")
        .contains("kelson_log_fsync_seconds_bucket{le=\"0.00001\"} 0")
        .doesNotContainPattern("le=\"[^\"]*E");
    String open = new String(metrics.body("application/openmetrics-text"), StandardCharsets.UTF_8);
    assertThat(open).contains("etcd_debugging_lease_ttl_total_bucket{le=\"1.0\"} 0");
  }

  @Test
  void histogramsCountUpToAndIncludingTheBound() {
    metrics.log().forced(1_000_000);
    metrics.log().forced(1_000_001);
    metrics.log().forced(60_000_000_000L);
    PageText page = PageText.of(metrics);
    String name = "etcd_disk_wal_fsync_duration_seconds";
    assertThat(page.value(name + "_bucket", "le", "0.001")).isEqualTo(1);
    assertThat(page.value(name + "_bucket", "le", "0.002")).isEqualTo(2);
    assertThat(page.value(name + "_bucket", "le", "8.192")).isEqualTo(2);
    assertThat(page.value(name + "_bucket", "le", "+Inf")).isEqualTo(3);
    assertThat(page.value(name + "_count")).isEqualTo(3);
    assertThat(page.value(name + "_sum")).isBetween(60.0019, 60.0021);
  }

  @Test
  void callsOfMethodsThatNobodyServesAreNotCounted() {
    GrpcMetrics grpc = metrics.grpc();
    grpc.serves(List.of(KVGrpc.getServiceDescriptor()));
    for (int i = 0; i < 100; i++) {
      ServerStreamTracer call = grpc.newServerStreamTracer("no.Such/Method" + i, new Metadata());
      call.streamClosed(Status.UNIMPLEMENTED);
    }
    assertThat(PageText.of(metrics).text()).doesNotContain("no.Such");
  }

  @Test
  void clientsCannotMakeLabelsOfTheirOwn() {
    GrpcMetrics grpc = metrics.grpc();
    grpc.serves(List.of(KVGrpc.getServiceDescriptor()));
    for (String version : List.of("3.5", "3.5", "nonsense", "3.5\"} 1\nfake 1", "1".repeat(500))) {
      call(grpc, version);
    }
    for (int i = 0; i < 1_000; i++) {
      call(grpc, "9." + i % 1000);
    }
    grpc.newServerStreamTracer(PUT, new Metadata());
    PageText page = PageText.of(metrics);
    Map<Map<String, String>, Double> versions = page.samples("etcd_server_client_requests_total");
    assertThat(versions.size()).isBetween(10, 20);
    assertThat(page.value("etcd_server_client_requests_total", "client_api_version", "3.5"))
        .isEqualTo(2);
    assertThat(versions.values().stream().mapToDouble(Double::doubleValue).sum()).isEqualTo(1_006);
    assertThat(page.text()).doesNotContain("fake").doesNotContain("nonsense");
  }

  private static void call(GrpcMetrics grpc, String version) {
    Metadata headers = new Metadata();
    headers.put(VERSION, version);
    grpc.newServerStreamTracer(PUT, headers);
  }

  @Test
  void onlyMembersHaveLabels() {
    PeerMetrics peers = new PeerMetrics();
    SnapshotMetrics snapshots = new SnapshotMetrics();
    InetSocketAddress address = InetSocketAddress.createUnresolved("somewhere", 1);
    peers.peerConnected(0xb, address);
    peers.bytesSent(0xb, 100);
    peers.roundTrip(0xb, 1_000_000);
    for (long stranger = 1_000; stranger < 2_000; stranger++) {
      peers.bytesReceived(stranger, 7);
      snapshots.receiving(stranger, null, 1, 2);
    }
    Scrape scrape = new Scrape();
    peers.collect(scrape, 0xa, Set.of(0xaL, 0xbL, 0xcL));
    snapshots.collect(scrape, 0xa, Set.of(0xaL, 0xbL, 0xcL));
    PageText page =
        new PageText(new String(Page.TEXT.write(scrape.families()), StandardCharsets.UTF_8));
    assertThat(page.samples("etcd_network_peer_received_bytes_total").keySet())
        .containsExactlyInAnyOrder(Map.of("From", "b"), Map.of("From", "c"));
    assertThat(page.samples("etcd_network_snapshot_receive_failures").keySet())
        .containsExactlyInAnyOrder(Map.of("From", "b"), Map.of("From", "c"));
    assertThat(page.value("etcd_network_peer_sent_bytes_total", "To", "b")).isEqualTo(100);
    assertThat(page.value("etcd_network_active_peers", "Local", "a", "Remote", "b")).isEqualTo(1);
    assertThat(page.value("etcd_network_active_peers", "Remote", "c")).isZero();
    assertThat(page.value("etcd_network_peer_round_trip_time_seconds_count", "To", "b"))
        .isEqualTo(1);
  }

  @Test
  void snapshotsUnderWayAreCountedUntilTheyAreThroughOrGivenUp() {
    SnapshotMetrics snapshots = new SnapshotMetrics();
    snapshots.sending(0xb, null, 0, 10);
    assertThat(sends(snapshots, "inflights_total")).isEqualTo(1);
    snapshots.sendFailed(0xb, null, true);
    assertThat(sends(snapshots, "inflights_total")).as("tried again").isEqualTo(1);
    snapshots.sending(0xb, null, 5, 10);
    snapshots.sent(0xb, null, 10, 10);
    assertThat(sends(snapshots, "inflights_total")).isZero();
    assertThat(sends(snapshots, "success")).isEqualTo(1);
    assertThat(sends(snapshots, "failures")).isEqualTo(1);
    assertThat(sends(snapshots, "total_duration_seconds_count")).isEqualTo(1);
    snapshots.sending(0xb, null, 0, 10);
    snapshots.sendFailed(0xb, null, false);
    assertThat(sends(snapshots, "inflights_total")).isZero();
    assertThat(sends(snapshots, "total_duration_seconds_count")).isEqualTo(1);
  }

  private static double sends(SnapshotMetrics snapshots, String name) {
    Scrape scrape = new Scrape();
    snapshots.collect(scrape, 0xa, Set.of(0xaL, 0xbL));
    return new PageText(new String(Page.TEXT.write(scrape.families()), StandardCharsets.UTF_8))
        .value("etcd_network_snapshot_send_" + name, "To", "b");
  }

  @Test
  void othersAddTheirOwn() {
    metrics.gauge("etcd_debugging_auth_revision", "The revision of users and roles.", () -> 7);
    metrics.counter("etcd_server_learner_promote_successes", "Promotions.", () -> 2);
    PageText page = PageText.of(metrics);
    assertThat(page.value("etcd_debugging_auth_revision")).isEqualTo(7);
    assertThat(page.types()).containsEntry("etcd_server_learner_promote_successes", "counter");
  }

  @Test
  void aScrapeNeedsFewMegabytesAndCountingNone() {
    metrics.grpc().serves(List.of(KVGrpc.getServiceDescriptor()));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    metrics.body("");
    long before = threads.getCurrentThreadAllocatedBytes();
    metrics.body("");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);

    countMany(10_000);
    before = threads.getCurrentThreadAllocatedBytes();
    countMany(10_000);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated by 40,000 events")
        .isLessThan(10_000);
  }

  private void countMany(int times) {
    for (int i = 0; i < times; i++) {
      metrics.log().forced(1_000L * i);
      metrics.raft().batchTaken(i, 1, 0);
      metrics.peers().bytesSent(11, i);
      metrics.peers().roundTrip(11, i);
    }
  }
}
