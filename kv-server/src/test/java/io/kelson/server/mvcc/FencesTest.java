package io.kelson.server.mvcc;

import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.api.TxnRequest;
import io.kelson.server.apply.TestBed;
import io.kelson.server.proto.InternalRequest;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counting with enough keys for buckets to split and join. */
class FencesTest {
  @TempDir Path directory;

  private final Random random = new Random(17);
  private final TreeSet<String> keys = new TreeSet<>();

  @Test
  void countsStayExactWhileBucketsSplitAndJoin() {
    try (TestBed bed = new TestBed(directory)) {
      for (int round = 0; round < 12; round++) {
        grow(bed);
        check(bed);
      }
      assertThat(keys).hasSizeGreaterThan(5 * Fences.MAX_BUCKET);
    }
    try (TestBed bed = new TestBed(directory)) {
      check(bed);
      while (keys.size() > 100) {
        shrink(bed);
        check(bed);
      }
    }
  }

  /** Inside a transaction the count must include what the group has not written yet. */
  @Test
  void countInsideATxnIncludesTheGroup() {
    try (TestBed bed = new TestBed(directory)) {
      grow(bed);
      bed.add(request(putRequest("k0", "new")));
      bed.add(request(putRequest(keys.first(), "again")));
      long id =
          bed.add(
              InternalRequest.newBuilder()
                  .setTxn(
                      TxnRequest.newBuilder()
                          .addSuccess(TestBed.deleteOp(keys.last(), ""))
                          .addSuccess(op(rangeRequest("k", "l").setCountOnly(true)))));
      bed.apply();
      var response = (io.kelson.api.TxnResponse) bed.outcomes.get(id);
      assertThat(response.getResponses(1).getResponseRange().getCount()).isEqualTo(keys.size());
    }
  }

  private void grow(TestBed bed) {
    for (int i = 0; i < 600; i++) {
      String key = String.format("k%06d", random.nextInt(1_000_000));
      keys.add(key);
      bed.add(request(putRequest(key, "")));
    }
    bed.apply();
  }

  private void shrink(TestBed bed) {
    String lo = keys.first();
    if (random.nextBoolean() && keys.size() > 200) {
      lo = keys.stream().skip(random.nextInt(keys.size() - 100)).findFirst().orElseThrow();
    }
    String hi = keys.tailSet(lo).stream().limit(700).reduce(lo, (a, b) -> b);
    bed.delete(lo, hi + "0");
    keys.subSet(lo, true, hi, true).clear();
  }

  private void check(TestBed bed) {
    assertThat(bed.store.keys()).isEqualTo(keys.size());
    for (int i = 0; i < 20; i++) {
      String lo = String.format("k%06d", random.nextInt(1_000_000));
      String hi = String.format("k%06d", random.nextInt(1_000_000));
      long expected = lo.compareTo(hi) < 0 ? keys.subSet(lo, hi).size() : 0;
      assertThat(bed.range(rangeRequest(lo, hi).setCountOnly(true)).count()).isEqualTo(expected);
      assertThat(bed.range(rangeRequest(lo, hi).setLimit(1)).count()).isEqualTo(expected);
      assertThat(bed.range(rangeRequest(lo, "\0").setCountOnly(true)).count())
          .isEqualTo(keys.tailSet(lo).size());
    }
  }
}
