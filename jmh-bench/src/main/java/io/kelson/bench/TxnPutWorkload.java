package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import java.util.SplittableRandom;

/**
 * Compare and put: each transaction puts a random key if that is still at the revision that the
 * last answer about it told, and reads it if not. A failed compare is an answer like another, and
 * counted apart; the first transaction on each key of a full key space is one.
 */
public final class TxnPutWorkload implements Script {
  static final String COMPARE_FAILED = "compares failed";

  private final KeySpace keys;
  private final int valueBytes;
  private final KnownRevisions known;

  /** Puts into the key space. */
  public TxnPutWorkload(KeySpace keys, int valueBytes) {
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.known = new KnownRevisions(keys.size());
  }

  @Override
  public String name() {
    return "txn-put";
  }

  @Override
  public Exchange<TxnRequest, TxnResponse> begin(SplittableRandom random) {
    int number = (int) random.nextLong(keys.size());
    ByteString key = keys.key(number);
    long comparedWith = known.of(number);
    PutRequest put =
        PutRequest.newBuilder().setKey(key).setValue(Values.random(valueBytes, random)).build();
    return new Exchange<>(
        KVGrpc.getTxnMethod(),
        GuardedPut.of(key, comparedWith, put),
        reply -> outcome(number, key, comparedWith, reply));
  }

  private Outcome outcome(int number, ByteString key, long comparedWith, TxnResponse reply) {
    String flaw = GuardedPut.flaw(key, comparedWith, reply);
    if (!flaw.isEmpty()) {
      return Outcome.flawed(flaw);
    }
    known.learn(number, GuardedPut.seen(reply));
    return reply.getSucceeded() ? Outcome.DONE : Outcome.done(COMPARE_FAILED);
  }
}
