package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import java.util.SplittableRandom;

/** Reads of one random key each, which a put workload has filled in before. */
public final class RangeWorkload implements Workload<RangeRequest, RangeResponse> {
  private final KeySpace keys;
  private final boolean serializable;

  /** Reads in the key space; each member answers alone if {@code serializable}. */
  public RangeWorkload(KeySpace keys, boolean serializable) {
    this.keys = keys;
    this.serializable = serializable;
  }

  @Override
  public String name() {
    return serializable ? "range-serializable" : "range-linearizable";
  }

  @Override
  public boolean writes() {
    return false;
  }

  @Override
  public MethodDescriptor<RangeRequest, RangeResponse> method() {
    return KVGrpc.getRangeMethod();
  }

  @Override
  public RangeRequest next(SplittableRandom random) {
    return RangeRequest.newBuilder()
        .setKey(keys.key(random.nextLong(keys.size())))
        .setSerializable(serializable)
        .build();
  }

  @Override
  public String flaw(RangeResponse reply) {
    return reply.getKvsCount() == 1
        ? ""
        : "driver: key not found (fill the key space first: put --sequential --total)";
  }
}
