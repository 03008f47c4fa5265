package io.kelson.bench.scenario;

import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.bench.Exchange;
import io.kelson.bench.KeySpace;
import io.kelson.bench.LoadResult;
import io.kelson.bench.Outcome;
import io.kelson.bench.Script;
import io.kelson.bench.Values;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Fills a key space a hundred keys at a time: transactions of that size are within what both
 * products take by default, and make ten million keys a matter of minutes.
 */
final class TxnFill implements Script {
  /** Keys in a transaction; the last one may have fewer. */
  static final int PUTS = 100;

  private static final int ATTEMPTS = 5;
  private static final int IN_FLIGHT = 32;
  private static final int CONNECTIONS = 8;

  private final KeySpace keys;
  private final int valueBytes;

  /** First keys of the transactions that nobody has sent, or whose outcome is not known. */
  private final Queue<Long> unsent = new ConcurrentLinkedQueue<>();

  private final Queue<Long> unanswered = new ConcurrentLinkedQueue<>();

  TxnFill(KeySpace keys, int valueBytes) {
    this.keys = keys;
    this.valueBytes = valueBytes;
    for (long first = 0; first < keys.size(); first += PUTS) {
      unsent.add(first);
    }
  }

  /**
   * Writes every key once. A transaction that failed is sent again: putting a key twice does no
   * harm here, and an hour's run should not end with one request that timed out.
   *
   * @throws IllegalStateException if some fail again and again
   */
  static void fill(Stage stage, KeySpace keys, int valueBytes) throws InterruptedException {
    TxnFill fill = new TxnFill(keys, valueBytes);
    Map<String, Long> errors = Map.of();
    for (int i = 0; i < ATTEMPTS && fill.left() > 0; i++) {
      LoadResult result = stage.drive(fill, IN_FLIGHT, CONNECTIONS, fill.left());
      errors = result.errors();
      fill.takeBack();
    }
    if (fill.left() > 0) {
      throw new IllegalStateException("filling " + keys.size() + " keys failed: " + errors);
    }
  }

  @Override
  public String name() {
    return "filling, transactions of " + PUTS + " keys";
  }

  @Override
  public Exchange<TxnRequest, TxnResponse> begin(SplittableRandom random) {
    long first = unsent.remove();
    unanswered.add(first);
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    long end = Math.min(first + PUTS, keys.size());
    for (long number = first; number < end; number++) {
      PutRequest put =
          PutRequest.newBuilder()
              .setKey(keys.key(number))
              .setValue(Values.random(valueBytes, random))
              .build();
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
    }
    return new Exchange<>(KVGrpc.getTxnMethod(), txn.build(), reply -> outcome(first, end, reply));
  }

  private Outcome outcome(long first, long end, TxnResponse reply) {
    if (!reply.getSucceeded() || reply.getResponsesCount() != end - first) {
      return Outcome.flawed("driver: a transaction of puts was answered otherwise");
    }
    unanswered.remove(first);
    return Outcome.DONE;
  }

  /** How many transactions are to be sent. */
  int left() {
    return unsent.size();
  }

  /** What was not answered well is to be sent again; when nothing is on its way. */
  void takeBack() {
    unsent.addAll(unanswered);
    unanswered.clear();
  }
}
