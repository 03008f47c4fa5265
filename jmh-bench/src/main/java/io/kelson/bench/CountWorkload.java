package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.RangeRequest;
import io.kelson.api.RangeResponse;
import java.util.SplittableRandom;

/** Counts of the whole key space, which must be full. */
public final class CountWorkload implements Workload<RangeRequest, RangeResponse> {
  private final KeySpace keys;
  private final boolean serializable;

  /** Counts this key space. */
  public CountWorkload(KeySpace keys, boolean serializable) {
    this.keys = keys;
    this.serializable = serializable;
  }

  @Override
  public String name() {
    return "range-count-only";
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
        .setKey(keys.key(0))
        .setRangeEnd(keys.end())
        .setCountOnly(true)
        .setSerializable(serializable)
        .build();
  }

  @Override
  public String flaw(RangeResponse reply) {
    if (reply.getKvsCount() > 0) {
      return "driver: a count came with keys";
    }
    return reply.getCount() == keys.size()
        ? ""
        : "driver: counted "
            + reply.getCount()
            + " keys instead of "
            + keys.size()
            + " (fill the key space first: put --sequential --total)";
  }
}
