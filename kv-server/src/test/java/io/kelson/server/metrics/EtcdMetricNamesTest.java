package io.kelson.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.kelson.api.CompactionRequest;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.HashKVRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseKeepAliveRequest;
import io.kelson.api.LeaseKeepAliveResponse;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.MaintenanceGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.WatchCreateRequest;
import io.kelson.api.WatchGrpc;
import io.kelson.api.WatchRequest;
import io.kelson.api.WatchResponse;
import io.kelson.server.KelsonServer;
import io.kelson.server.config.UrlList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a running member shows, against the names, types, labels and buckets that etcd has. */
@Timeout(120)
class EtcdMetricNamesTest {
  /**
   * One of etcd's metrics.
   *
   * @param labels those of every sample, but for {@code le}
   * @param buckets first finite bound and how many there are, or empty
   */
  private record Known(String name, String type, Set<String> labels, String buckets) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Name, type, labels, and for a histogram the first bound, doubled so many times. */
  private static final String ETCD =
      """
      etcd_server_has_leader                          gauge
      etcd_server_is_leader                           gauge
      etcd_server_is_learner                          gauge
      etcd_server_id                                  gauge     server_id
      etcd_server_version                             gauge     server_version
      etcd_cluster_version                            gauge     cluster_version
      etcd_server_leader_changes_seen_total           counter
      etcd_server_proposals_failed_total              counter
      etcd_server_proposals_pending                   gauge
      etcd_server_proposals_committed_total           gauge
      etcd_server_proposals_applied_total             gauge
      etcd_server_quota_backend_bytes                 gauge
      etcd_server_health_success                      counter
      etcd_server_health_failures                     counter
      etcd_server_slow_apply_total                    counter
      etcd_server_slow_read_indexes_total             counter
      etcd_server_read_indexes_failed_total           counter
      etcd_server_snapshot_apply_in_progress_total    gauge
      etcd_server_client_requests_total               counter   type,client_api_version
      etcd_disk_wal_fsync_duration_seconds            histogram -            0.001*14
      etcd_disk_wal_write_duration_seconds            histogram -            0.001*14
      etcd_disk_wal_write_bytes_total                 gauge
      etcd_disk_backend_commit_duration_seconds       histogram -            0.001*14
      etcd_disk_backend_snapshot_duration_seconds     histogram -            0.01*17
      etcd_network_peer_round_trip_time_seconds       histogram To           0.0001*16
      etcd_network_peer_sent_bytes_total              counter   To
      etcd_network_peer_received_bytes_total          counter   From
      etcd_network_peer_sent_failures_total           counter   To
      etcd_network_known_peers                        gauge     Local,Remote
      etcd_network_active_peers                       gauge     Local,Remote
      etcd_network_disconnected_peers_total           counter   Local,Remote
      etcd_network_snapshot_send_success              counter   To
      etcd_network_snapshot_send_failures             counter   To
      etcd_network_snapshot_send_inflights_total      gauge     To
      etcd_network_snapshot_send_total_duration_seconds    histogram To      0.1*10
      etcd_network_snapshot_receive_success           counter   From
      etcd_network_snapshot_receive_failures          counter   From
      etcd_network_snapshot_receive_inflights_total   gauge     From
      etcd_network_snapshot_receive_total_duration_seconds histogram From    0.1*10
      etcd_network_client_grpc_sent_bytes_total       counter
      etcd_network_client_grpc_received_bytes_total   counter
      etcd_mvcc_db_total_size_in_bytes                gauge
      etcd_mvcc_db_total_size_in_use_in_bytes         gauge
      etcd_mvcc_db_open_read_transactions             gauge
      etcd_mvcc_put_total                             counter
      etcd_mvcc_delete_total                          counter
      etcd_mvcc_range_total                           counter
      etcd_mvcc_txn_total                             counter
      etcd_mvcc_hash_rev_duration_seconds             histogram -            0.01*15
      etcd_debugging_mvcc_keys_total                  gauge
      etcd_debugging_mvcc_current_revision            gauge
      etcd_debugging_mvcc_compact_revision            gauge
      etcd_debugging_mvcc_total_put_size_in_bytes     gauge
      etcd_debugging_mvcc_watch_stream_total          gauge
      etcd_debugging_mvcc_watcher_total               gauge
      etcd_debugging_mvcc_slow_watcher_total          gauge
      etcd_debugging_mvcc_events_total                counter
      etcd_debugging_mvcc_db_compaction_keys_total    counter
      etcd_debugging_lease_granted_total              counter
      etcd_debugging_lease_revoked_total              counter
      etcd_debugging_lease_renewed_total              counter
      etcd_debugging_lease_ttl_total                  histogram -            1*24
      etcd_debugging_server_lease_expired_total       counter
      grpc_server_started_total                       counter   grpc_service,grpc_method,grpc_type
      grpc_server_handled_total                       counter   grpc_service,grpc_method,grpc_type,grpc_code
      grpc_server_msg_received_total                  counter   grpc_service,grpc_method,grpc_type
      grpc_server_msg_sent_total                      counter   grpc_service,grpc_method,grpc_type
      os_fd_used                                      gauge
      os_fd_limit                                     gauge
      process_cpu_seconds_total                       counter
      process_resident_memory_bytes                   gauge
      process_open_fds                                gauge
      process_max_fds                                 gauge
      process_start_time_seconds                      gauge
      """;

  @TempDir static Path temp;
  private static KelsonServer server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    server = KelsonServer.builder().dataDir(temp.resolve("data")).start();
    assertThat(server.awaitReady(Duration.ofSeconds(60))).isTrue();
    channel =
        NettyChannelBuilder.forAddress(UrlList.address(server.clientUrls().get(0)))
            .usePlaintext()
            .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  static List<Known> etcds() {
    return ETCD.lines()
        .map(line -> line.trim().split("\\s+"))
        .map(
            words ->
                new Known(
                    words[0],
                    words[1],
                    words.length < 3 || words[2].equals("-")
                        ? Set.of()
                        : Set.copyOf(Arrays.asList(words[2].split(","))),
                    words.length < 4 ? "" : words[3]))
        .toList();
  }

  private static PageText page() {
    return PageText.of(server.metrics());
  }

  @ParameterizedTest
  @MethodSource("etcds")
  void hasEtcdsTypeLabelsAndBuckets(Known metric) {
    PageText page = page();
    boolean ofPeers = metric.name().startsWith("etcd_network_") && !metric.labels().isEmpty();
    if (ofPeers) {
      // A member that is alone has no peers to show.
      page = ofAPeer();
    }
    assertThat(page.types()).containsEntry(metric.name(), metric.type());
    boolean histogram = metric.type().equals("histogram");
    var samples = page.samples(histogram ? metric.name() + "_count" : metric.name());
    assertThat(samples).isNotEmpty();
    assertThat(samples.keySet())
        .allSatisfy(labels -> assertThat(labels.keySet()).isEqualTo(metric.labels()));
    if (histogram) {
      assertThat(bounds(page, metric.name())).isEqualTo(bounds(metric.buckets()));
    }
  }

  private static PageText ofAPeer() {
    Scrape scrape = new Scrape();
    new PeerMetrics().collect(scrape, 0xa, Set.of(0xaL, 0xbL));
    new SnapshotMetrics().collect(scrape, 0xa, Set.of(0xaL, 0xbL));
    return new PageText(new String(Page.TEXT.write(scrape.families()), StandardCharsets.UTF_8));
  }

  private static List<String> bounds(PageText page, String name) {
    return page.samples(name + "_bucket").keySet().stream()
        .map(labels -> labels.get("le"))
        .distinct()
        .toList();
  }

  private static List<String> bounds(String doubled) {
    String[] parts = doubled.split("\\*");
    java.math.BigDecimal bound = new java.math.BigDecimal(parts[0]);
    List<String> bounds = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(parts[1]); i++) {
      bounds.add(bound.stripTrailingZeros().toPlainString());
      bound = bound.add(bound);
    }
    bounds.add("+Inf");
    return bounds;
  }

  @Test
  void everythingElseIsOurOwnOrTheJvms() {
    Pattern ours = Pattern.compile("(kelson|jvm|process)_.*");
    Set<String> etcds = Set.copyOf(etcds().stream().map(Known::name).toList());
    assertThat(page().types().keySet())
        .allSatisfy(
            name ->
                assertThat(etcds.contains(name) || ours.matcher(name).matches())
                    .as("%s is in the table or of our own", name)
                    .isTrue());
  }

  @Test
  void promtoolObjectsToNothingButEtcdsOwnNames() throws Exception {
    List<String> objections = Promtool.run(server.metrics().body(""), "check", "metrics");
    assertThat(objections)
        .allSatisfy(
            line -> assertThat(line).matches("etcd_.*|os_fd_.*|jvm_.*").doesNotContain("kelson"));
  }

  @Test
  void writesAndReadsMoveTheirCounters() {
    PageText before = page();
    var kv = KVGrpc.newBlockingStub(channel);
    ByteString key = ByteString.copyFromUtf8("moves/1");
    kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
    kv.range(RangeRequest.newBuilder().setKey(key).build());
    kv.txn(TxnRequest.newBuilder().addSuccess(put("moves/2")).addSuccess(put("moves/3")).build());
    kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(key).build());
    MaintenanceGrpc.newBlockingStub(channel).hashKV(HashKVRequest.getDefaultInstance());
    PageText after = page();

    assertThat(grown(before, after, "etcd_mvcc_put_total")).isEqualTo(3);
    assertThat(grown(before, after, "etcd_mvcc_delete_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_mvcc_txn_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_mvcc_range_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_debugging_mvcc_keys_total")).isEqualTo(2);
    assertThat(grown(before, after, "etcd_debugging_mvcc_current_revision")).isEqualTo(3);
    assertThat(grown(before, after, "etcd_debugging_mvcc_total_put_size_in_bytes")).isEqualTo(42);
    assertThat(grown(before, after, "etcd_server_proposals_applied_total")).isEqualTo(3);
    assertThat(grown(before, after, "etcd_server_proposals_committed_total")).isEqualTo(3);
    assertThat(grown(before, after, "etcd_disk_wal_fsync_duration_seconds_count")).isPositive();
    assertThat(grown(before, after, "etcd_disk_wal_write_bytes_total")).isPositive();
    assertThat(grown(before, after, "etcd_disk_backend_commit_duration_seconds_count"))
        .isPositive();
    assertThat(grown(before, after, "kelson_log_entry_bytes_total")).isPositive();
    assertThat(grown(before, after, "kelson_reads_total")).isPositive();
    assertThat(grown(before, after, "kelson_read_rounds_total")).isPositive();
    assertThat(after.value("etcd_server_has_leader")).isEqualTo(1);
    assertThat(after.value("etcd_server_is_leader")).isEqualTo(1);
    assertThat(after.value("etcd_server_leader_changes_seen_total")).isEqualTo(1);
    assertThat(after.value("etcd_server_proposals_pending")).isZero();
    assertThat(after.value("etcd_server_quota_backend_bytes"))
        .isGreaterThan(after.value("etcd_mvcc_db_total_size_in_bytes"));
    assertThat(after.value("process_resident_memory_bytes")).isPositive();
  }

  private static RequestOp put(String key) {
    ByteString bytes = ByteString.copyFromUtf8(key);
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(bytes).setValue(bytes))
        .build();
  }

  private static double grown(PageText before, PageText after, String name) {
    return after.value(name) - before.value(name);
  }

  @Test
  void callsAreCountedByMethodAndCode() {
    ToDoubleFunction<PageText> ok = page -> handled(page, "Range", "OK");
    ToDoubleFunction<PageText> refused = page -> handled(page, "Put", "InvalidArgument");
    PageText before = page();
    var kv = KVGrpc.newBlockingStub(channel);
    kv.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("x")).build());
    try {
      kv.put(PutRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getDescription()).contains("key is not provided");
    }
    awaitGrowth(before, ok, 1);
    awaitGrowth(before, refused, 1);
    PageText after = page();
    assertThat(started(after, "Range") - started(before, "Range")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_network_client_grpc_received_bytes_total")).isPositive();
    assertThat(grown(before, after, "etcd_network_client_grpc_sent_bytes_total")).isPositive();
    assertThat(after.samples("grpc_server_handling_seconds_count"))
        .as("only with extensive metrics")
        .isEmpty();
    assertThat(after.samples("grpc_server_handled_total").keySet())
        .contains(
            Map.of(
                "grpc_service", "etcdserverpb.Watch",
                "grpc_method", "Watch",
                "grpc_type", "bidi_stream",
                "grpc_code", "Unavailable"));
  }

  private static double handled(PageText page, String method, String code) {
    return page.value(
        "grpc_server_handled_total",
        "grpc_service",
        "etcdserverpb.KV",
        "grpc_method",
        method,
        "grpc_code",
        code);
  }

  private static double started(PageText page, String method) {
    return page.value(
        "grpc_server_started_total", "grpc_service", "etcdserverpb.KV", "grpc_method", method);
  }

  /** A call's end is noted just after the client has the answer. */
  private static void awaitGrowth(PageText before, ToDoubleFunction<PageText> of, double by) {
    while (of.applyAsDouble(page()) - of.applyAsDouble(before) < by) {
      Thread.onSpinWait();
    }
    assertThat(of.applyAsDouble(page()) - of.applyAsDouble(before)).isEqualTo(by);
  }

  @Test
  void leasesAndWatchesMoveTheirs() throws Exception {
    PageText before = page();
    var leases = LeaseGrpc.newBlockingStub(channel);
    long lease = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()).getID();
    LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    StreamObserver<LeaseKeepAliveRequest> renewing =
        LeaseGrpc.newStub(channel).leaseKeepAlive(queueing(heard));
    renewing.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    assertThat(((LeaseKeepAliveResponse) heard.poll(60, TimeUnit.SECONDS)).getTTL()).isEqualTo(60);
    leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());

    StreamObserver<WatchRequest> watching = WatchGrpc.newStub(channel).watch(queueing(heard));
    ByteString key = ByteString.copyFromUtf8("watched");
    watching.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
            .build());
    assertThat(((WatchResponse) heard.poll(60, TimeUnit.SECONDS)).getCreated()).isTrue();
    KVGrpc.newBlockingStub(channel).put(PutRequest.newBuilder().setKey(key).build());
    assertThat(((WatchResponse) heard.poll(60, TimeUnit.SECONDS)).getEventsCount()).isEqualTo(1);
    PageText after = page();

    assertThat(grown(before, after, "etcd_debugging_lease_granted_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_debugging_lease_revoked_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_debugging_lease_renewed_total")).isEqualTo(1);
    assertThat(
            after.value("etcd_debugging_lease_ttl_total_bucket", "le", "64")
                - before.value("etcd_debugging_lease_ttl_total_bucket", "le", "64"))
        .isEqualTo(1);
    assertThat(after.value("etcd_debugging_mvcc_watcher_total")).isEqualTo(1);
    assertThat(after.value("etcd_debugging_mvcc_watch_stream_total")).isEqualTo(1);
    assertThat(grown(before, after, "etcd_debugging_mvcc_events_total")).isEqualTo(1);
    watching.onCompleted();
    renewing.onCompleted();
  }

  private static <T> StreamObserver<T> queueing(LinkedBlockingQueue<Object> heard) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        heard.add(value);
      }

      @Override
      public void onError(Throwable problem) {
        heard.add(problem);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void compactionMovesThePurgesCounters() {
    PageText before = page();
    var kv = KVGrpc.newBlockingStub(channel);
    ByteString key = ByteString.copyFromUtf8("compacted");
    long revision = 0;
    for (int i = 0; i < 5; i++) {
      revision = kv.put(PutRequest.newBuilder().setKey(key).build()).getHeader().getRevision();
    }
    kv.compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
    PageText after = page();
    assertThat(grown(before, after, "etcd_debugging_mvcc_db_compaction_keys_total"))
        .isGreaterThanOrEqualTo(4);
    assertThat(grown(before, after, "kelson_purge_steps_total")).isPositive();
    assertThat(after.value("etcd_debugging_mvcc_compact_revision")).isEqualTo(revision);
  }

  /** Every page is whole and of about the same size, whoever else asks and whatever goes on. */
  @Test
  void manyMayScrapeWhileMuchGoesOn() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(
            () -> {
              var kv = KVGrpc.newBlockingStub(channel);
              ByteString key = ByteString.copyFromUtf8("load");
              while (!over.get()) {
                kv.put(PutRequest.newBuilder().setKey(key).build());
                kv.range(RangeRequest.newBuilder().setKey(key).build());
              }
            });
    int size = page().text().length();
    List<CompletableFuture<Void>> scrapers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      scrapers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int scrape = 0; scrape < 25; scrape++) {
                  PageText page = page();
                  assertThat(page.types()).hasSizeGreaterThan(100);
                  assertThat(page.text().length()).isBetween(size / 2, size * 2);
                }
              }));
    }
    for (CompletableFuture<Void> scraper : scrapers) {
      scraper.get(100, TimeUnit.SECONDS);
    }
    over.set(true);
    load.get(60, TimeUnit.SECONDS);
  }

  /** Debian's promtool, where there is one. */
  static final class Promtool {
    private Promtool() {}

    static boolean isThere() {
      return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
          .anyMatch(directory -> Files.isExecutable(Path.of(directory, "promtool")));
    }

    /** Its objections, one a line. */
    static List<String> run(byte[] input, String... arguments) throws Exception {
      assumeTrue(isThere(), "no promtool on this machine");
      List<String> command = new ArrayList<>(List.of("promtool"));
      command.addAll(List.of(arguments));
      Path in = Files.write(Files.createTempFile(temp, "promtool", ".in"), input);
      Process promtool =
          new ProcessBuilder(command).redirectInput(in.toFile()).redirectErrorStream(true).start();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = promtool.waitFor();
      assertThat(exit).as("0 or 3, for objections of style only: %s", said).isIn(0, 3);
      return said.lines().filter(line -> !line.isBlank()).toList();
    }
  }
}
