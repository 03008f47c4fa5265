package io.kelson.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.PutResponse;
import io.kelson.api.RangeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Answers that no sound server gives are not counted as operations. */
class FlawTest {
  private static final KeySpace KEYS = new KeySpace(10, 4);
  private static final ByteString KEY = KEYS.key(3);

  @Test
  void pageWithGapOrWrongEndIsFlawed() {
    PageWorkload pages = new PageWorkload(KEYS, 3, false);
    assertThat(pages.flaw(page(10, true, 2, 3, 4))).isEmpty();
    assertThat(pages.flaw(page(3, false, 7, 8, 9))).isEmpty();
    assertThat(pages.flaw(page(10, true, 2, 3, 5))).contains("gap");
    assertThat(pages.flaw(page(10, false, 2, 3, 4))).contains("more");
    assertThat(pages.flaw(page(10, true, 2, 3))).contains("2 keys instead of 3");
  }

  @Test
  void countWithKeysOrOfAnotherNumberIsFlawed() {
    CountWorkload counts = new CountWorkload(KEYS, true);
    assertThat(counts.flaw(page(10, false))).isEmpty();
    assertThat(counts.flaw(page(9, false))).contains("9");
    assertThat(counts.flaw(page(10, false, 1))).contains("with keys");
  }

  @Test
  void guardedPutMustBeJudgedOnWhatTheKeyIs() {
    TxnResponse succeeded = txn(9, true, put());
    assertThat(GuardedPut.flaw(KEY, 8, succeeded)).isEmpty();
    assertThat(GuardedPut.seen(succeeded)).isEqualTo(9);
    assertThat(GuardedPut.flaw(KEY, 9, succeeded)).contains("of before");

    TxnResponse failed = txn(9, false, read(KEY, 7));
    assertThat(GuardedPut.flaw(KEY, 5, failed)).isEmpty();
    assertThat(GuardedPut.seen(failed)).isEqualTo(7);
    assertThat(GuardedPut.flaw(KEY, 7, failed)).contains("as it was compared with");
    assertThat(GuardedPut.flaw(KEYS.key(4), 5, failed)).contains("another key");
    assertThat(GuardedPut.flaw(KEY, 5, txn(9, false, put()))).contains("wrong branch");
    assertThat(GuardedPut.flaw(KEY, 5, txn(9, true, read(KEY, 7)))).contains("wrong branch");
    assertThat(GuardedPut.flaw(KEY, 5, txn(9, true, put(), put()))).contains("2 answers");
  }

  @Test
  void absentKeyIsComparedWithZero() {
    TxnResponse absent =
        txn(9, false, ResponseOp.newBuilder().setResponseRange(RangeResponse.newBuilder()).build());
    assertThat(GuardedPut.flaw(KEY, 5, absent)).isEmpty();
    assertThat(GuardedPut.seen(absent)).isZero();
    assertThat(GuardedPut.flaw(KEY, 0, absent)).contains("as it was compared with");
  }

  @Test
  void conditionlessTransactionThatFailsIsFlawed() {
    Exchange<?, TxnResponse> reading =
        new TxnMixedWorkload(KEYS, 8, 1, 1).begin(new SplittableRandom(1));
    assertThat(reading.reading().apply(txn(9, true, read(KEY, 7))).kind())
        .isEqualTo(Outcome.Kind.DONE);
    assertThat(reading.reading().apply(txn(9, false, read(KEY, 7))).kind())
        .isEqualTo(Outcome.Kind.FLAWED);
    assertThat(reading.reading().apply(txn(9, true)).text()).contains("without all");
    assertThat(reading.reading().apply(txn(9, true, put())).text()).contains("not found");
  }

  private static RangeResponse page(long count, boolean more, int... numbers) {
    RangeResponse.Builder page = RangeResponse.newBuilder().setCount(count).setMore(more);
    for (int number : numbers) {
      page.addKvs(KeyValue.newBuilder().setKey(KEYS.key(number)));
    }
    return page.build();
  }

  private static TxnResponse txn(long revision, boolean succeeded, ResponseOp... responses) {
    TxnResponse.Builder reply =
        TxnResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setRevision(revision))
            .setSucceeded(succeeded);
    for (ResponseOp response : responses) {
      reply.addResponses(response);
    }
    return reply.build();
  }

  private static ResponseOp put() {
    return ResponseOp.newBuilder().setResponsePut(PutResponse.newBuilder()).build();
  }

  private static ResponseOp read(ByteString key, long modRevision) {
    KeyValue found = KeyValue.newBuilder().setKey(key).setModRevision(modRevision).build();
    return ResponseOp.newBuilder()
        .setResponseRange(RangeResponse.newBuilder().addKvs(found))
        .build();
  }
}
