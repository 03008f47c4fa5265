package io.kelson.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.bench.Exchange;
import io.kelson.bench.KeySpace;
import io.kelson.bench.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TxnFillTest {
  private static final KeySpace KEYS = new KeySpace(250, 16);

  private final SplittableRandom random = new SplittableRandom(1);
  private final TxnFill fill = new TxnFill(KEYS, 32);

  @Test
  void everyKeyIsPutOnceWithValueOfItsOwn() {
    Set<ByteString> keys = new HashSet<>();
    Set<ByteString> values = new HashSet<>();
    for (int puts : List.of(100, 100, 50)) {
      TxnRequest txn = fill.begin(random).request();
      assertThat(txn.getSuccessCount()).isEqualTo(puts);
      txn.getSuccessList()
          .forEach(
              op -> {
                keys.add(op.getRequestPut().getKey());
                values.add(op.getRequestPut().getValue());
              });
    }
    assertThat(keys).hasSize(250).contains(KEYS.key(0), KEYS.key(249));
    assertThat(values).hasSize(250).allMatch(value -> value.size() == 32);
    assertThat(fill.left()).isZero();
  }

  @Test
  void onlyWhatWasAnsweredIsNotSentAgain() {
    Exchange<TxnRequest, TxnResponse> first = fill.begin(random);
    Exchange<TxnRequest, TxnResponse> second = fill.begin(random);
    assertThat(first.reading().apply(answer(100))).isEqualTo(Outcome.DONE);
    assertThat(second.reading().apply(answer(99)).kind()).isEqualTo(Outcome.Kind.FLAWED);
    fill.takeBack();
    assertThat(fill.left()).as("the flawed one, and the third that was never sent").isEqualTo(2);
  }

  private static TxnResponse answer(int puts) {
    TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(true);
    for (int i = 0; i < puts; i++) {
      answer.addResponses(ResponseOp.getDefaultInstance());
    }
    return answer.build();
  }
}
