package io.kelson.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.client.Bytes;
import io.kelson.client.Header;
import io.kelson.client.KeyValue;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnResult;
import io.kelson.client.WatchEvent;
import io.kelson.client.WatchOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InformerCheckerTest {
  private static final Bytes PODS = Bytes.utf8("pods/");
  private static final KeyValue A1 = kv("a", 1, 1, 1);
  private static final KeyValue B2 = kv("b", 2, 2, 1);
  private static final KeyValue A3 = kv("a", 1, 3, 2);
  private static final WatchEvent PUT_A3 = new WatchEvent(WatchEvent.Type.PUT, A3, Optional.of(A1));
  private static final WatchEvent DELETE_B4 =
      new WatchEvent(WatchEvent.Type.DELETE, kv("b", 0, 4, 0), Optional.of(B2));

  private static KeyValue kv(String name, long create, long mod, long version) {
    return new KeyValue(PODS.concat(Bytes.utf8(name)), create, mod, version, Bytes.EMPTY, 0);
  }

  private static Operation page(Bytes from, long limit, long at, KeyValue... kvs) {
    RangeOp range = RangeOp.builder(from).rangeEnd(PODS.prefixEnd()).limit(limit).build();
    RangeResult found = new RangeResult(new Header(0, 0, at, 1), List.of(kvs), false, kvs.length);
    TxnResult result = new TxnResult(found.header(), true, List.of(found));
    return new Operation(1, 0, 0, 1, Calls.single(range), Status.OK, result, "");
  }

  private static WatchRecord watch(WatchRecord.Item... items) {
    WatchOptions options = WatchOptions.builder(PODS).prefix().startRevision(3).build();
    return new WatchRecord(-1, 0, 0, 2, options, List.of(items), 0);
  }

  private static Verdict check(List<Operation> reads, WatchRecord watch) {
    return new InformerChecker()
        .check(
            new Evidence(
                0,
                List.of(),
                reads,
                List.of(watch),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of()));
  }

  private static final List<Operation> LISTED =
      List.of(page(PODS, 1, 2, A1), page(A1.key().concat(Bytes.ZERO), 1, 2, B2));

  private static List<Operation> listedAnd(Operation read) {
    return List.of(LISTED.get(0), LISTED.get(1), read);
  }

  @Test
  void aCacheThatIsWhatWasReadHolds() {
    Verdict verdict =
        check(
            listedAnd(page(PODS, 0, 4, A3)),
            watch(
                new WatchRecord.Events(1, 4, List.of(PUT_A3, DELETE_B4)),
                new WatchRecord.Progress(2, 4)));
    assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.HELD);
    assertThat(verdict.counts()).containsEntry("comparisons", 1L);
  }

  @Test
  void anEventThatNeverCameIsFoundAtTheNextPicture() {
    Verdict verdict =
        check(
            listedAnd(page(PODS, 0, 4, A3)),
            watch(new WatchRecord.Events(1, 3, List.of(PUT_A3)), new WatchRecord.Progress(2, 4)));
    assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.BROKEN);
    assertThat(verdict.findings())
        .singleElement()
        .asString()
        .contains("pods/b: cached", "read null");
  }

  @Test
  void whatTheWatchHasNotComeToIsNotCompared() {
    Verdict verdict =
        check(
            listedAnd(page(PODS, 0, 4, A3)), watch(new WatchRecord.Events(1, 3, List.of(PUT_A3))));
    assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.UNDECIDED);
  }
}
