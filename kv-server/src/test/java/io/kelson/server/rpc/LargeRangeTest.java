package io.kelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.RangeRequest;
import io.kelson.api.RangeRequest.SortOrder;
import io.kelson.api.RangeRequest.SortTarget;
import io.kelson.api.RangeResponse;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.StoreView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Range where the answer is larger than what is kept in memory for one call. */
class LargeRangeTest {
  private static final int KEYS = 4_000;

  @TempDir Path temp;
  private ServedStore served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedStore(temp.resolve("store"));
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    served.fill(
        KEYS,
        i -> {
          byte[] value = new byte[i % 10_000];
          random.nextBytes(value);
          return value;
        });
  }

  @AfterEach
  void stop() throws Exception {
    served.close();
  }

  private RangeResponse expected(RangeRequest request) {
    try (StoreView view = served.store.acquireView()) {
      var result = view.range(request);
      return RangeResponse.newBuilder()
          .addAllKvs(result.kvs())
          .setMore(result.more())
          .setCount(result.count())
          .build();
    }
  }

  private void assertAnswered(RangeRequest.Builder request) {
    RangeResponse answer = served.kv.range(request.build());
    assertThat(answer.getHeader().getRevision()).isEqualTo(served.store.currentRevision());
    assertThat(answer.toBuilder().clearHeader().build())
        .as("%s", request)
        .isEqualTo(expected(request.build()));
  }

  @Test
  void everyOptionGivesWhatTheStoreHolds() {
    assertAnswered(ServedStore.everything());
    assertAnswered(ServedStore.everything().setSerializable(true));
    assertAnswered(ServedStore.everything().setLimit(KEYS - 1));
    assertAnswered(ServedStore.everything().setLimit(10));
    assertAnswered(ServedStore.everything().setKeysOnly(true));
    assertAnswered(ServedStore.everything().setMinModRevision(100));
    assertAnswered(ServedStore.everything().setMaxCreateRevision(3_900).setLimit(3_000));
    assertAnswered(ServedStore.everything().setSortOrder(SortOrder.DESCEND));
    assertAnswered(
        ServedStore.everything().setSortOrder(SortOrder.ASCEND).setSortTarget(SortTarget.VALUE));
    served.fill(1_000, i -> new byte[1]);
    assertAnswered(ServedStore.everything().setRevision(KEYS - 10));
  }

  @Test
  void moreAtOnceThanHaveThreadsAllGetTheirs() throws Exception {
    List<CompletableFuture<RangeResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(
          CompletableFuture.supplyAsync(() -> served.kv.range(ServedStore.everything().build())));
    }
    List<KeyValue> all = expected(ServedStore.everything().build()).getKvsList();
    for (CompletableFuture<RangeResponse> answer : answers) {
      assertThat(answer.get(60, TimeUnit.SECONDS).getKvsList()).isEqualTo(all);
    }
  }
}
