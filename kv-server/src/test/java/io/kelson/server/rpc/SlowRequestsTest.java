package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.TxnRequest;
import io.kelson.server.KelsonServer;
import io.kelson.server.config.LogSettings;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The lines about what was slow: which there are, and what is in them. */
@Timeout(120)
class SlowRequestsTest {
  private static final List<String> ANY_PORT = List.of("http://127.0.0.1:0");

  @TempDir Path temp;

  /** Keeps what two loggers write. */
  private static final class Lines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    final BlockingQueue<String> written = new LinkedBlockingQueue<>();
    private final List<Logger> loggers;

    Lines(Class<?> requests, String applies) {
      loggers =
          List.of(
              (Logger) LoggerFactory.getLogger(requests),
              (Logger) LoggerFactory.getLogger(applies));
      loggers.forEach(logger -> logger.addAppender(this));
      start();
    }

    @Override
    protected void append(ILoggingEvent event) {
      written.add(event.getFormattedMessage());
    }

    String next(String beginning) throws InterruptedException {
      String line = "";
      while (!line.startsWith(beginning)) {
        line = written.poll(60, TimeUnit.SECONDS);
        assertThat(line).as("a line that begins with " + beginning).isNotNull();
      }
      return line;
    }

    @Override
    public void close() {
      loggers.forEach(logger -> logger.detachAppender(this));
    }
  }

  private KelsonServer start(Duration limit) throws Exception {
    KelsonServer server =
        KelsonServer.builder()
            .config(
                ServerConfig.builder()
                    .dataDir(temp)
                    .listenClientUrls(ANY_PORT)
                    .listenPeerUrls(ANY_PORT)
                    .initialAdvertisePeerUrls(ANY_PORT)
                    .log(new LogSettings(LogSettings.Format.TEXT, List.of("stderr"), limit, limit))
                    .build())
            .start();
    assertThat(server.awaitReady(Duration.ofSeconds(60))).isTrue();
    return server;
  }

  private static ManagedChannel connect(KelsonServer server) {
    return NettyChannelBuilder.forAddress(UrlList.address(server.clientUrls().get(0)))
        .usePlaintext()
        .build();
  }

  @Test
  void aLineSaysWhereTheTimeWentAndNoValue() throws Exception {
    ByteString key = ByteString.copyFromUtf8("slow/key");
    ByteString secret = ByteString.copyFromUtf8("a secret value");
    try (Lines lines = new Lines(SlowRequests.class, "io.kelson.server.metrics.ApplyMetrics");
        KelsonServer server = start(Duration.ofNanos(1))) {
      ManagedChannel channel = connect(server);
      var kv = KVGrpc.newBlockingStub(channel);
      kv.put(PutRequest.newBuilder().setKey(key).setValue(secret).build());
      String put = lines.next("slow request: etcdserverpb.KV/Put");
      assertThat(put)
          .matches(
              "slow request: etcdserverpb.KV/Put took=[0-9.]+ms queue=[0-9.]+ms commit=[0-9.]+ms"
                  + " apply=[0-9.]+ms send=[0-9.]+ms key=\"slow/key\" value_bytes=14"
                  + " request_bytes=26 response_bytes=[0-9]+ status=OK.*")
          .doesNotContain("secret");
      kv.range(RangeRequest.newBuilder().setKey(key).build());
      assertThat(lines.next("slow request: etcdserverpb.KV/Range"))
          .matches(
              ".*/Range took=[0-9.]+ms read_index=[0-9.]+ms .*send=[0-9.]+ms key=\"slow/key\" .*")
          .doesNotContain("secret");
      kv.range(
          RangeRequest.newBuilder()
              .setKey(key)
              .setRangeEnd(ByteString.copyFromUtf8("z"))
              .setSerializable(true)
              .build());
      assertThat(lines.next("slow request: etcdserverpb.KV/Range"))
          .matches(".* queue=[0-9.]+ms range=[0-9.]+ms send=[0-9.]+ms key=.* range_end=\"z\" .*");
      assertThat(server.metrics().body("")).asString().contains("kelson_slow_requests_total");
      channel.shutdownNow();
    }
  }

  @Test
  void aSlowGroupIsALineToo() throws Exception {
    try (Lines lines = new Lines(SlowRequests.class, "io.kelson.server.metrics.ApplyMetrics");
        KelsonServer server = start(Duration.ofNanos(1))) {
      assertThat(lines.next("slow apply: "))
          .matches("slow apply: entries=[0-9]+ first=.* last=.* bytes=[0-9]+ took=[0-9]+ms.*");
      assertThat(server.metrics().body("")).asString().contains("etcd_server_slow_apply_total");
    }
  }

  @Test
  void zeroSwitchesItOff() throws Exception {
    try (Lines lines = new Lines(SlowRequests.class, "io.kelson.server.metrics.ApplyMetrics")) {
      try (KelsonServer server = start(Duration.ZERO)) {
        ManagedChannel channel = connect(server);
        KVGrpc.newBlockingStub(channel)
            .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
        channel.shutdownNow();
        channel.awaitTermination(60, TimeUnit.SECONDS);
      }
      assertThat(lines.written).isEmpty();
    }
  }

  @Test
  void keysAreCutShortAndCannotForgeALine() {
    ByteString key = ByteString.copyFromUtf8("a\" status=OK\nslow request: \\ " + "x".repeat(100));
    assertThat(RequestText.of(DeleteRangeRequest.newBuilder().setKey(key).build()))
        .startsWith(" key=\"a\\\" status=OK\\x0aslow request: \\\\ xxx")
        .contains("\"..." + key.size() + " bytes")
        .hasSizeLessThan(150);
  }

  @Test
  void aTransactionIsToldByItsFirstKeyAndSizes() {
    TxnRequest txn =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(ByteString.copyFromUtf8("c"))
                    .setTarget(Compare.CompareTarget.VALUE)
                    .setValue(ByteString.copyFromUtf8("secret")))
            .build();
    assertThat(RequestText.of(txn))
        .isEqualTo(
            " compares=1 success_ops=0 failure_ops=0 first_key=\"c\" request_bytes="
                + txn.getSerializedSize());
    assertThat(RequestText.of(TxnRequest.getDefaultInstance())).contains("request_bytes=0");
  }

  @Test
  void stagesThatACallDoesNotHaveAreLeftOut() {
    CallTimes read = new CallTimes(0);
    read.fresh = 5_000_000;
    assertThat(read.stages(6_500_000)).isEqualTo(" read_index=5.0ms send=1.5ms");
    CallTimes neither = new CallTimes(0);
    assertThat(neither.stages(7_000_000)).isEqualTo(" other=7.0ms");
    CallTimes write = new CallTimes(0);
    write.proposed = 1_000_000;
    write.applying = 301_000_000;
    write.applied = 302_000_000;
    assertThat(write.stages(302_100_000))
        .isEqualTo(" queue=1.0ms commit=300.0ms apply=1.0ms send=0.1ms");
  }

  @Test
  void linesAreLimitedAndWhatIsLeftOutIsCounted() {
    AtomicLong now = new AtomicLong();
    LineLimit limit = new LineLimit(2, now::get);
    assertThat(limit.ask()).isZero();
    assertThat(limit.ask()).isZero();
    assertThat(limit.ask()).isEqualTo(-1);
    assertThat(limit.ask()).isEqualTo(-1);
    now.set(1_000_000_000L);
    assertThat(limit.ask()).isEqualTo(2);
    assertThat(limit.ask()).isZero();
    assertThat(limit.ask()).isEqualTo(-1);
  }
}
