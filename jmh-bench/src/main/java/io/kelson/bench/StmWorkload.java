package io.kelson.bench;

import com.google.protobuf.ByteString;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import io.kelson.api.TxnResponse;
import java.util.SplittableRandom;

/**
 * Read, modify, write: a linearizable read of a random key and a put for the case that it has not
 * changed, as programs with software transactional memory do it. If it has, the failed transaction
 * has read it again and the put is tried once more, until it succeeds; latency counts from the read
 * to the end.
 */
public final class StmWorkload implements Script {
  static final String AGAIN = "writes tried again";

  private final KeySpace keys;
  private final int valueBytes;

  /** Modifies keys of the key space, which need not be full. */
  public StmWorkload(KeySpace keys, int valueBytes) {
    this.keys = keys;
    this.valueBytes = valueBytes;
  }

  @Override
  public String name() {
    return "stm";
  }

  @Override
  public Exchange<RangeRequest, RangeResponse> begin(SplittableRandom random) {
    ByteString key = keys.key(random.nextLong(keys.size()));
    // Made here, on the event loop whose source of randomness this is.
    ByteString value = Values.random(valueBytes, random);
    return new Exchange<>(
        KVGrpc.getRangeMethod(),
        RangeRequest.newBuilder().setKey(key).build(),
        reply -> afterRead(key, value, reply));
  }

  private static Outcome afterRead(ByteString key, ByteString value, RangeResponse reply) {
    if (reply.getKvsCount() > 1) {
      return Outcome.flawed("driver: one key was asked for and several came");
    }
    long modRevision = reply.getKvsCount() == 0 ? 0 : reply.getKvs(0).getModRevision();
    if (reply.getKvsCount() == 1 && modRevision == 0) {
      return Outcome.flawed("driver: a key without a revision");
    }
    return Outcome.then(write(key, value, modRevision), "");
  }

  private static Exchange<?, ?> write(ByteString key, ByteString value, long modRevision) {
    PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
    return new Exchange<>(
        KVGrpc.getTxnMethod(),
        GuardedPut.of(key, modRevision, put),
        reply -> afterWrite(key, value, modRevision, reply));
  }

  private static Outcome afterWrite(
      ByteString key, ByteString value, long comparedWith, TxnResponse reply) {
    String flaw = GuardedPut.flaw(key, comparedWith, reply);
    if (!flaw.isEmpty()) {
      return Outcome.flawed(flaw);
    }
    return reply.getSucceeded()
        ? Outcome.DONE
        : Outcome.then(write(key, value, GuardedPut.seen(reply)), AGAIN);
  }
}
