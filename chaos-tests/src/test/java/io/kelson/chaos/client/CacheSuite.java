package io.kelson.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.chaos.Await;
import io.kelson.client.DeleteOp;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.WatchEvent;
import io.kelson.client.cache.Cache;
import io.kelson.client.cache.CacheView;
import io.kelson.client.discovery.Balancer;
import io.kelson.client.discovery.Balancers;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.Registration;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import io.kelson.client.grpc.KelsonNameResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cache, and what is built on it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class CacheSuite extends ClientSuite {
  CacheSuite(Product product) {
    super(product);
  }

  @Test
  void theCacheShowsWhatWasThereAndWhatComes() throws Exception {
    for (int i = 0; i < 2500; i += 250) {
      putAll(i, i + 250);
    }
    List<WatchEvent> changes = new CopyOnWriteArrayList<>();
    try (Cache cache = Cache.open(client, key(""), (revision, events) -> changes.addAll(events))) {
      cache.ready().get(60, TimeUnit.SECONDS);
      assertThat(cache.list(key("")).kvs()).hasSize(2500);
      assertThat(changes).hasSize(2500);
      long written = client.put(key("k00001"), bytes("new")).header().revision();
      cache.awaitRevision(written).get(60, TimeUnit.SECONDS);
      assertThat(cache.get(key("k00001")).map(KeyValue::value)).contains(bytes("new"));
      long deleted = client.delete(DeleteOp.prefix(key("k000"))).header().revision();
      cache.awaitRevision(deleted).get(60, TimeUnit.SECONDS);
      CacheView view = cache.list(key(""));
      assertThat(view.kvs()).hasSize(2400);
      assertThat(view.revision()).isGreaterThanOrEqualTo(deleted);
      assertThat(cache.get(key("k00001"))).isEmpty();
      assertThat(changes).hasSize(2601);
      assertThat(changes.get(2600).prevKv()).isPresent();
    }
  }

  private void putAll(int lo, int hi) throws Exception {
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = lo; i < hi; i++) {
      puts.add(client.putAsync(PutOp.of(key(String.format("k%05d", i)), bytes("" + i))));
    }
    for (CompletableFuture<?> put : puts) {
      put.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void awaitNowSeesWritesElsewhere() throws Exception {
    KelsonClient other = connect();
    try (Cache cache = Cache.open(client, key("in/"))) {
      cache.ready().get(60, TimeUnit.SECONDS);
      other.put(key("in/k"), bytes("v"));
      // The cache hears of nothing after this one, yet has to come to its revision.
      long revision = other.put(key("out"), bytes("v")).header().revision();
      cache.awaitNow().get(60, TimeUnit.SECONDS);
      assertThat(cache.revision()).isGreaterThanOrEqualTo(revision);
      assertThat(cache.get(key("in/k"))).isPresent();
    }
  }

  @Test
  void servicesComeAndGo() throws Exception {
    ServiceRegistry registry = new ServiceRegistry(client, key("services/"));
    try (ServiceView view = new ServiceRegistry(connect(), key("services/")).watch("orders")) {
      view.ready().get(60, TimeUnit.SECONDS);
      assertThat(view.instances()).isEmpty();
      Instance one = Instance.of("one", "127.0.0.1:1").with("zone", "a");
      Instance two = Instance.of("two", "127.0.0.1:2").withWeight(5);
      Registration first = registry.register("orders", one);
      Registration second = registry.register("orders", two);
      Await.until("both", BOUND, () -> view.instances().equals(List.of(one, two)));
      assertThat(registry.resolve("orders")).containsExactly(one, two);
      assertThat(registry.resolve("order")).isEmpty();
      Balancer balancer = Balancers.roundRobin(view::instances);
      try (Balancer.Pick pick = balancer.pick().orElseThrow()) {
        assertThat(pick.instance()).isEqualTo(one);
      }
      first.close();
      Await.until("one gone", BOUND, () -> view.instances().equals(List.of(two)));
      // Somebody takes its lease away: it comes back by itself.
      long lease = client.range(RangeOp.key(second.key())).kvs().get(0).lease();
      client.leases().revoke(lease);
      Await.until(
          "two on a new lease",
          BOUND,
          () -> {
            List<KeyValue> now = client.range(RangeOp.key(second.key())).kvs();
            return !now.isEmpty() && now.get(0).lease() != lease;
          });
      second.close();
      Await.until("nobody", BOUND, () -> view.instances().isEmpty());
    }
  }

  @Test
  void grpcChannelsFindServices() {
    ServiceRegistry registry = new ServiceRegistry(client, key("services/"));
    KelsonNameResolverProvider provider = new KelsonNameResolverProvider(registry);
    NameResolverRegistry.getDefaultRegistry().register(provider);
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget("kelson:///store").usePlaintext().build();
    try (Registration registration =
        registry.register("store", Instance.of("m", endpoints().get(0)))) {
      assertThat(registration.registered()).isTrue();
      RangeRequest request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
      assertThat(
              KVGrpc.newBlockingStub(channel)
                  .withWaitForReady()
                  .withDeadlineAfter(60, TimeUnit.SECONDS)
                  .range(request)
                  .getHeader()
                  .getRevision())
          .isPositive();
    } finally {
      channel.shutdownNow();
      NameResolverRegistry.getDefaultRegistry().deregister(provider);
    }
  }
}
