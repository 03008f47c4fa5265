package io.kelson.client.coordination;

import io.kelson.client.Bytes;
import io.kelson.client.Compare;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.KeyValue;
import io.kelson.client.OutcomeUnknownException;
import io.kelson.client.PutOp;
import io.kelson.client.RangeOp;
import io.kelson.client.RangeResult;
import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;
import java.util.List;

/**
 * A number that many may change together: a key that holds it in decimal; no key is 0. Thread-safe.
 */
public final class Counter {
  private final KelsonClient client;
  private final Bytes key;

  /** The counter at that key. */
  public Counter(KelsonClient client, Bytes key) {
    this.client = client;
    this.key = key;
  }

  /** The number now. */
  public long get() {
    return number(client.range(RangeOp.key(key)).kvs());
  }

  /**
   * Adds to the number.
   *
   * @return the number after that
   * @throws ArithmeticException if it would overflow
   * @throws OutcomeUnknownException if it may or may not have been added; read it back
   * @throws EtcdException with {@link ErrorCode#DATA_LOSS} if the key holds no number
   */
  public long addAndGet(long delta) {
    List<KeyValue> seen = client.range(RangeOp.key(key)).kvs();
    while (true) {
      long next = Math.addExact(number(seen), delta);
      long revision = seen.isEmpty() ? 0 : seen.get(0).modRevision();
      TxnResult result =
          client.txn(
              TxnOp.builder()
                  .when(Compare.modRevision(key, Compare.Relation.EQUAL, revision))
                  .then(PutOp.of(key, Bytes.utf8(Long.toString(next))))
                  .otherwise(RangeOp.key(key))
                  .build());
      if (result.succeeded()) {
        return next;
      }
      seen = ((RangeResult) result.results().get(0)).kvs();
    }
  }

  private long number(List<KeyValue> kvs) {
    if (kvs.isEmpty()) {
      return 0;
    }
    String text = kvs.get(0).value().utf8();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new EtcdException(
          ErrorCode.DATA_LOSS, "the counter " + key + " holds no number; put one there", e);
    }
  }
}
