package io.kelson.server.apply;

import static io.kelson.server.apply.TestBed.compare;
import static io.kelson.server.apply.TestBed.deleteOp;
import static io.kelson.server.apply.TestBed.op;
import static io.kelson.server.apply.TestBed.putRequest;
import static io.kelson.server.apply.TestBed.rangeRequest;
import static io.kelson.server.apply.TestBed.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.api.Compare.CompareResult;
import io.kelson.api.Compare.CompareTarget;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.mvcc.KeyRange;
import io.kelson.server.proto.InternalRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door refuses without asking anybody. */
class RequestChecksTest {
  private static final int MAX_OPS = 128;

  private static TxnRequest.Builder txn(RequestOp... success) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (RequestOp op : success) {
      txn.addSuccess(op);
    }
    return txn;
  }

  private static EtcdError check(RequestOp... success) {
    return RequestChecks.check(txn(success).build(), MAX_OPS);
  }

  @Test
  void singleRequests() {
    assertThat(RequestChecks.check(rangeRequest("a", "b").build())).isNull();
    assertThat(RequestChecks.check(rangeRequest("", "b").build())).isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(RequestChecks.check(rangeRequest("a", "").setSortOrderValue(3).build()))
        .isEqualTo(EtcdError.INVALID_SORT_OPTION);
    assertThat(RequestChecks.check(rangeRequest("a", "").setSortTargetValue(5).build()))
        .isEqualTo(EtcdError.INVALID_SORT_OPTION);
    assertThat(RequestChecks.check(putRequest("a", "").build())).isNull();
    assertThat(RequestChecks.check(putRequest("", "1").build())).isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(RequestChecks.check(putRequest("a", "1").setIgnoreValue(true).build()))
        .isEqualTo(EtcdError.VALUE_PROVIDED);
    assertThat(RequestChecks.check(putRequest("a", "1").setIgnoreLease(true).setLease(1).build()))
        .isEqualTo(EtcdError.LEASE_PROVIDED);
    assertThat(RequestChecks.check(putRequest("a", "").setIgnoreValue(true).setLease(1).build()))
        .isNull();
    assertThat(RequestChecks.check(DeleteRangeRequest.getDefaultInstance()))
        .isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void everythingInsideATxnIsChecked() {
    assertThat(check()).isNull();
    assertThat(check(op(putRequest("", "1")))).isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(check(deleteOp("", "z"))).isEqualTo(EtcdError.EMPTY_KEY);
    assertThat(check(RequestOp.getDefaultInstance())).isEqualTo(EtcdError.KEY_NOT_FOUND);
    assertThat(check(op(txn(op(rangeRequest("a", "").setSortOrderValue(9))))))
        .isEqualTo(EtcdError.INVALID_SORT_OPTION);
    TxnRequest failure = TxnRequest.newBuilder().addFailure(op(putRequest("", ""))).build();
    assertThat(RequestChecks.check(failure, MAX_OPS)).isEqualTo(EtcdError.EMPTY_KEY);
    TxnRequest keyless =
        TxnRequest.newBuilder()
            .addCompare(compare("", CompareTarget.MOD, CompareResult.EQUAL))
            .build();
    assertThat(RequestChecks.check(keyless, MAX_OPS)).isEqualTo(EtcdError.EMPTY_KEY);
  }

  @Test
  void nestedTxnsGetWhatTheOuterOnesLeave() {
    TxnRequest.Builder inner = txn(op(putRequest("a", "")), op(putRequest("b", "")));
    TxnRequest outer = txn(op(inner)).build();
    assertThat(RequestChecks.check(outer, 3)).isNull();
    assertThat(RequestChecks.check(outer, 2)).isEqualTo(EtcdError.TOO_MANY_OPS);
    assertThat(RequestChecks.check(inner.build(), 1)).isEqualTo(EtcdError.TOO_MANY_OPS);
    TxnRequest.Builder compares = txn(op(inner));
    for (int i = 0; i < 3; i++) {
      compares.addCompare(compare("a", CompareTarget.MOD, CompareResult.EQUAL));
    }
    assertThat(RequestChecks.check(compares.build(), 4)).isEqualTo(EtcdError.TOO_MANY_OPS);
    assertThat(RequestChecks.check(compares.build(), 5)).isNull();
  }

  @Test
  void keyMayNotBePutTwiceOnOnePath() {
    RequestOp put = op(putRequest("a", ""));
    assertThat(check(put, op(putRequest("b", "")))).isNull();
    assertThat(check(put, put)).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(put, op(txn(put)))).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(op(txn(put)), op(txn(put)))).isEqualTo(EtcdError.DUPLICATE_KEY);
    TxnRequest.Builder eitherWay = txn(put).addFailure(put);
    assertThat(RequestChecks.check(eitherWay.build(), MAX_OPS)).isNull();
    assertThat(check(op(eitherWay))).isNull();
    assertThat(check(op(eitherWay), put)).isEqualTo(EtcdError.DUPLICATE_KEY);
    TxnRequest inFailure = TxnRequest.newBuilder().addFailure(put).addFailure(put).build();
    assertThat(RequestChecks.check(inFailure, MAX_OPS)).isEqualTo(EtcdError.DUPLICATE_KEY);
  }

  @Test
  void keyMayNotBePutAndDeletedOnOnePath() {
    RequestOp put = op(putRequest("b", ""));
    assertThat(check(put, deleteOp("b", ""))).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(deleteOp("a", "c"), put)).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(deleteOp("a", "b"), put)).isNull();
    assertThat(check(deleteOp("c", "a"), put)).isNull();
    assertThat(check(deleteOp("a", "c"), op(txn(put)))).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(op(txn(deleteOp("a", "c"))), put)).isEqualTo(EtcdError.DUPLICATE_KEY);
    assertThat(check(op(txn(deleteOp("a", "c"))), op(txn(put)))).isEqualTo(EtcdError.DUPLICATE_KEY);
  }

  @Test
  void whatLooksLikeAConflictAndIsNone() {
    assertThat(check(deleteOp("a", "\0"), op(putRequest("b", "")))).isNull();
    assertThat(check(op(txn(deleteOp("\0", "\0"))), op(putRequest("b", "")))).isNull();
    assertThat(check(deleteOp("a", "c"), deleteOp("b", "d"))).isNull();
    assertThat(check(op(txn(op(putRequest("b", "")))), op(txn(deleteOp("a", "c"))))).isNull();
  }

  @Test
  void onlyRangesOnTheTopLevelMakeATxnReadOnly() {
    RequestOp range = op(rangeRequest("a", "b"));
    assertThat(RequestChecks.isReadOnly(txn(range).build())).isTrue();
    assertThat(RequestChecks.isReadOnly(txn().build())).isTrue();
    assertThat(RequestChecks.isReadOnly(txn(range).addFailure(deleteOp("a", "")).build()))
        .isFalse();
    assertThat(RequestChecks.isReadOnly(txn(op(txn(range))).build())).isFalse();
    RequestOp local = op(rangeRequest("a", "b").setSerializable(true));
    assertThat(RequestChecks.isSerializable(txn(local).addFailure(local).build())).isTrue();
    assertThat(RequestChecks.isSerializable(txn(local).addFailure(range).build())).isFalse();
  }

  /** What is decoded at the door and what stands in the log must not differ in what can be read. */
  @Test
  void theDeepestTxnThatIsLetInCanBeReadFromTheLog() throws Exception {
    TxnRequest deepest = nested(RequestChecks.MAX_TXN_DEPTH);
    assertThat(RequestChecks.check(TxnRequest.parseFrom(deepest.toByteArray()), MAX_OPS)).isNull();
    InternalRequest entry = InternalRequest.newBuilder().setTxn(deepest).build();
    assertThat(InternalRequest.parseFrom(entry.toByteArray())).isEqualTo(entry);

    TxnRequest deeper = nested(RequestChecks.MAX_TXN_DEPTH + 1);
    assertThat(RequestChecks.check(TxnRequest.parseFrom(deeper.toByteArray()), MAX_OPS))
        .isEqualTo(EtcdError.TOO_MANY_OPS);
    byte[] unreadable = InternalRequest.newBuilder().setTxn(deeper).build().toByteArray();
    assertThatThrownBy(() -> InternalRequest.parseFrom(unreadable))
        .as("why the limit is where it is")
        .isInstanceOf(InvalidProtocolBufferException.class);
  }

  private static TxnRequest nested(int depth) {
    TxnRequest.Builder txn =
        txn(op(putRequest("a", "")))
            .addCompare(compare("a", CompareTarget.MOD, CompareResult.GREATER));
    for (int i = 0; i < depth; i++) {
      txn = txn(op(txn));
    }
    return txn.build();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {31, 32, 33})
  void deletesThatTouchOrOverlapMeetTheSamePuts(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      List<KeyRange> deletes = new ArrayList<>();
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int i = random.nextInt(8); i >= 0; i--) {
        String lo = letter(random);
        String hi = random.nextInt(3) == 0 ? "" : letter(random);
        deletes.add(KeyRange.of(utf8(lo), utf8(hi)));
        txn.addSuccess(deleteOp(lo, hi));
      }
      String put = letter(random);
      boolean meets = deletes.stream().anyMatch(range -> range.contains(utf8(put)));
      EtcdError error = RequestChecks.check(txn.addSuccess(op(putRequest(put, ""))).build(), 100);
      assertThat(error)
          .as("%s, then put %s", deletes, put)
          .isEqualTo(meets ? EtcdError.DUPLICATE_KEY : null);
    }
  }

  private static String letter(Random random) {
    return String.valueOf((char) ('a' + random.nextInt(20)));
  }

  /** As many as fit in a request, nested so that every level keeps to the limit. */
  @Test
  void aHundredThousandPutsAndDeletesAreLookedAt() {
    TxnRequest.Builder outer = TxnRequest.newBuilder();
    int key = 0;
    for (int i = 0; i < 40; i++) {
      TxnRequest.Builder middle = TxnRequest.newBuilder();
      for (int j = 0; j < 40; j++) {
        TxnRequest.Builder inner = TxnRequest.newBuilder();
        for (int k = 0; k < 33; k++) {
          inner.addSuccess(op(putRequest("p" + key++, "")));
          inner.addFailure(deleteOp("d" + key++, ""));
        }
        middle.addSuccess(op(inner));
      }
      outer.addSuccess(op(middle));
    }
    assertThat(RequestChecks.check(outer.build(), 128)).isNull();
  }
}
