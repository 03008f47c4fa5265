package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import java.util.SplittableRandom;

/**
 * Transactions without a condition: a share of them read, the others put, each so many consecutive
 * keys of a full key space.
 */
public final class TxnMixedWorkload implements Script {
  private final KeySpace keys;
  private final int valueBytes;
  private final double readShare;
  private final int operations;

  /**
   * A mix of reads and writes.
   *
   * @param readShare of the transactions that read, from 0 to 1
   * @param operations of each transaction
   */
  public TxnMixedWorkload(KeySpace keys, int valueBytes, double readShare, int operations) {
    if (readShare < 0 || readShare > 1) {
      throw new IllegalArgumentException("the share of reads must be 0 to 1, not " + readShare);
    }
    if (operations < 1 || operations > keys.size()) {
      throw new IllegalArgumentException(
          "a transaction must have 1 to " + keys.size() + " operations, not " + operations);
    }
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.readShare = readShare;
    this.operations = operations;
  }

  @Override
  public String name() {
    return "txn-mixed";
  }

  @Override
  public Exchange<TxnRequest, TxnResponse> begin(SplittableRandom random) {
    boolean reads = random.nextDouble() < readShare;
    long first = random.nextLong(keys.size());
    TxnRequest.Builder request = TxnRequest.newBuilder();
    for (int i = 0; i < operations; i++) {
      // Consecutive, so that no key is put twice: a server refuses that.
      ByteString key = keys.key((first + i) % keys.size());
      request.addSuccess(reads ? read(key) : write(key, random));
    }
    MethodDescriptor<TxnRequest, TxnResponse> method = KVGrpc.getTxnMethod();
    return new Exchange<>(method, request.build(), reply -> outcome(reads, reply));
  }

  private static RequestOp read(ByteString key) {
    return RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key)).build();
  }

  private RequestOp write(ByteString key, SplittableRandom random) {
    return RequestOp.newBuilder()
        .setRequestPut(
            PutRequest.newBuilder().setKey(key).setValue(Values.random(valueBytes, random)))
        .build();
  }

  private Outcome outcome(boolean reads, TxnResponse reply) {
    if (!reply.getSucceeded()) {
      return Outcome.flawed("driver: a transaction without a condition failed");
    }
    if (reply.getResponsesCount() != operations) {
      return Outcome.flawed("driver: a transaction without all its answers");
    }
    for (ResponseOp response : reply.getResponsesList()) {
      if (reads && response.getResponseRange().getKvsCount() != 1) {
        return Outcome.flawed(
            "driver: key not found (fill the key space first: put --sequential --total)");
      }
      if (!reads && !response.hasResponsePut()) {
        return Outcome.flawed("driver: a put was answered as something else");
      }
    }
    return Outcome.done(reads ? "transactions read" : "transactions wrote");
  }
}
