package io.kelson.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a prefix does to requests and replies. */
class NamespaceTest {
  private static final Namespace APP = new Namespace(Bytes.utf8("app/"));
  private static final Header HEADER = new Header(1, 2, 3, 4);

  private static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  @Test
  void aKeyGetsThePrefix() {
    assertThat(APP.in(PutOp.of(b("k"), b("v"))).key()).isEqualTo(b("app/k"));
    assertThat(APP.in(RangeOp.key(b("k"))).rangeEnd()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void aRangeWithoutAnEndStaysInside() {
    RangeOp all = APP.in(RangeOp.prefix(Bytes.EMPTY));
    assertThat(all.key()).isEqualTo(b("app/").concat(Bytes.ZERO));
    assertThat(all.rangeEnd()).isEqualTo(b("app0"));
    assertThat(APP.in(RangeOp.prefix(b("a"))).rangeEnd()).isEqualTo(b("app/b"));
  }

  @Test
  void aPrefixThatHasNoEndKeepsNone() {
    Namespace high = new Namespace(Bytes.of(new byte[] {(byte) 0xff}));
    assertThat(high.in(DeleteOp.fromKey(b("k"))).rangeEnd()).isEqualTo(Bytes.ZERO);
  }

  @Test
  void anEmptyKeyStaysForTheServerToRefuse() {
    assertThat(APP.in(PutOp.of(Bytes.EMPTY, b("v"))).key()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void transactionsAreReachedAtEveryDepth() {
    TxnOp inner =
        TxnOp.builder()
            .when(Compare.version(b("c"), Compare.Relation.EQUAL, 0).withRangeEnd(Bytes.ZERO))
            .then(PutOp.of(b("p"), b("v")))
            .otherwise(DeleteOp.key(b("d")))
            .build();
    TxnOp outer = APP.in(TxnOp.builder().then(inner).build());
    TxnOp reached = (TxnOp) outer.success().get(0);
    assertThat(reached.compares().get(0).key()).isEqualTo(b("app/c"));
    assertThat(reached.compares().get(0).rangeEnd()).isEqualTo(b("app0"));
    assertThat(((PutOp) reached.success().get(0)).key()).isEqualTo(b("app/p"));
    assertThat(((DeleteOp) reached.failure().get(0)).key()).isEqualTo(b("app/d"));
  }

  @Test
  void repliesLoseIt() {
    KeyValue kv = new KeyValue(b("app/k"), 1, 2, 3, b("app/v"), 4);
    RangeResult range = APP.out(new RangeResult(HEADER, List.of(kv), false, 1));
    assertThat(range.kvs().get(0).key()).isEqualTo(b("k"));
    assertThat(range.kvs().get(0).value()).isEqualTo(b("app/v"));
    PutResult put = APP.out(new PutResult(HEADER, Optional.of(kv)));
    assertThat(put.prevKv().orElseThrow().key()).isEqualTo(b("k"));
    TxnResult txn =
        APP.out(new TxnResult(HEADER, true, List.of(new TxnResult(HEADER, true, List.of(range)))));
    assertThat(txn.results()).hasSize(1);
  }

  @Test
  void aLeaseTellsOnlyTheKeysInside() {
    LeaseTimeToLive answer =
        APP.out(new LeaseTimeToLive(HEADER, 7, 5, 10, List.of(b("app/k"), b("other"))));
    assertThat(answer.keys()).containsExactly(b("k"));
  }

  @Test
  void aWatchOnTheEmptyKeyBeginsAtTheFirst() {
    WatchOptions options = APP.in(WatchOptions.builder(Bytes.EMPTY).rangeEnd(Bytes.ZERO).build());
    assertThat(options.key()).isEqualTo(b("app/").concat(Bytes.ZERO));
    assertThat(options.rangeEnd()).isEqualTo(b("app0"));
  }
}
