package io.kelson.server.apply;

import static io.kelson.server.apply.TestBed.compare;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.api.Compare;
import io.kelson.api.Compare.CompareResult;
import io.kelson.api.Compare.CompareTarget;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.FutureRevisionException;
import io.kelson.server.mvcc.StoreView;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conditions of transactions, and transactions that only read. */
class ComparesTest {
  @TempDir Path directory;
  TestBed bed;

  @BeforeEach
  void fill() {
    bed = new TestBed(directory.resolve("store"));
    bed.put("a", "m");
    bed.put("b", "m");
    bed.put("b", "n");
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private boolean holds(Compare.Builder... compares) {
    try (StoreView view = bed.store.acquireView()) {
      return Compares.hold(List.of(compares).stream().map(Compare.Builder::build).toList(), view);
    }
  }

  /** LESS, EQUAL, GREATER, NOT_EQUAL in this order, as a string of + and -. */
  private String relations(Compare.Builder compare) {
    StringBuilder relations = new StringBuilder();
    for (CompareResult result :
        List.of(
            CompareResult.LESS,
            CompareResult.EQUAL,
            CompareResult.GREATER,
            CompareResult.NOT_EQUAL)) {
      relations.append(holds(compare.clone().setResult(result)) ? '+' : '-');
    }
    return relations.toString();
  }

  private static Compare.Builder on(String key, CompareTarget target) {
    return compare(key, target, CompareResult.EQUAL);
  }

  @Test
  void numbersAndValuesCompareBothWays() {
    assertThat(relations(on("b", CompareTarget.VERSION).setVersion(3))).isEqualTo("+--+");
    assertThat(relations(on("b", CompareTarget.VERSION).setVersion(2))).isEqualTo("-+--");
    assertThat(relations(on("b", CompareTarget.CREATE).setCreateRevision(2))).isEqualTo("--++");
    assertThat(relations(on("b", CompareTarget.MOD).setModRevision(4))).isEqualTo("-+--");
    assertThat(relations(on("b", CompareTarget.LEASE).setLease(0))).isEqualTo("-+--");
    assertThat(relations(on("b", CompareTarget.VALUE).setValue(utf8("m")))).isEqualTo("--++");
    assertThat(relations(on("b", CompareTarget.VALUE).setValue(utf8("na")))).isEqualTo("+--+");
  }

  @Test
  void absentKeyIsZeroToNumbersAndNothingToValues() {
    assertThat(relations(on("x", CompareTarget.VERSION).setVersion(0))).isEqualTo("-+--");
    assertThat(relations(on("x", CompareTarget.CREATE).setCreateRevision(1))).isEqualTo("+--+");
    assertThat(relations(on("x", CompareTarget.VALUE).setValue(utf8("")))).isEqualTo("----");
    assertThat(relations(on("x", CompareTarget.VALUE).setRangeEnd(utf8("z")))).isEqualTo("----");
    assertThat(relations(on("x", CompareTarget.MOD).setRangeEnd(utf8("z")))).isEqualTo("-+--");
  }

  @Test
  void missingOrForeignUnionReadsAsZero() {
    assertThat(relations(on("b", CompareTarget.VERSION))).isEqualTo("--++");
    assertThat(relations(on("b", CompareTarget.VERSION).setModRevision(2))).isEqualTo("--++");
    assertThat(relations(on("b", CompareTarget.VALUE).setVersion(2))).isEqualTo("--++");
  }

  @Test
  void unknownRelationHolds() {
    assertThat(holds(on("b", CompareTarget.VERSION).setResultValue(17))).isTrue();
    assertThat(holds(on("b", CompareTarget.VALUE).setResultValue(17))).isTrue();
  }

  @Test
  void everyKeyOfARangeMustSatisfy() {
    assertThat(
            holds(
                compare("a", CompareTarget.VERSION, CompareResult.GREATER).setRangeEnd(utf8("\0"))))
        .isTrue();
    assertThat(holds(on("a", CompareTarget.VERSION).setVersion(1).setRangeEnd(utf8("c"))))
        .isFalse();
    assertThat(holds(on("a", CompareTarget.VERSION).setVersion(1).setRangeEnd(utf8("b")))).isTrue();
  }

  @Test
  void allConditionsMustHold() {
    Compare.Builder yes = on("a", CompareTarget.VERSION).setVersion(1);
    Compare.Builder no = on("a", CompareTarget.VERSION).setVersion(2);
    assertThat(holds()).isTrue();
    assertThat(holds(yes, yes)).isTrue();
    assertThat(holds(yes, no)).isFalse();
  }

  @Test
  void readOnlyTxnIsEvaluatedOnOneView() {
    TxnRequest request =
        TxnRequest.newBuilder()
            .addCompare(on("a", CompareTarget.VERSION).setVersion(2))
            .addFailure(op(rangeRequest("a", "z").setLimit(1)))
            .addFailure(op(rangeRequest("b", "").setRevision(3)))
            .build();
    try (StoreView view = bed.store.acquireView()) {
      bed.put("a", "later");
      TxnResponse response = ReadOnlyTxn.evaluate(request, view);
      assertThat(response.getSucceeded()).isFalse();
      assertThat(response.getHeader().getRevision()).isEqualTo(4);
      assertThat(response.getResponses(0).getResponseRange().getCount()).isEqualTo(2);
      assertThat(response.getResponses(0).getResponseRange().getMore()).isTrue();
      assertThat(response.getResponses(1).getResponseRange().getKvs(0))
          .isEqualTo(ApplierTest.pair("b", "m", 3, 3, 1));
    }
  }

  @Test
  void readOnlyTxnRefusesRevisionsItCannotRead() {
    try (StoreView view = bed.store.acquireView()) {
      assertThatThrownBy(() -> ReadOnlyTxn.evaluate(reading(5), view))
          .isInstanceOf(FutureRevisionException.class);
      assertThatThrownBy(() -> ReadOnlyTxn.evaluate(reading(-1), view))
          .isInstanceOf(CompactedException.class);
    }
  }

  private static TxnRequest reading(long revision) {
    return TxnRequest.newBuilder()
        .addSuccess(op(rangeRequest("a", "").setRevision(revision)))
        .build();
  }
}
