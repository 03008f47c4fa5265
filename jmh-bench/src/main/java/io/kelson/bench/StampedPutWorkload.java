package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import java.util.SplittableRandom;

/** Puts to random keys of values that begin with the moment they were sent. */
final class StampedPutWorkload implements Workload<PutRequest, PutResponse> {
  private final KeySpace keys;
  private final int valueBytes;

  StampedPutWorkload(KeySpace keys, int valueBytes) {
    this.keys = keys;
    this.valueBytes = Math.max(Long.BYTES, valueBytes);
  }

  @Override
  public String name() {
    return "watched-put";
  }

  @Override
  public MethodDescriptor<PutRequest, PutResponse> method() {
    return KVGrpc.getPutMethod();
  }

  @Override
  public PutRequest next(SplittableRandom random) {
    return PutRequest.newBuilder()
        .setKey(keys.key(random.nextLong(keys.size())))
        .setValue(Values.stamped(System.nanoTime(), valueBytes, random))
        .build();
  }

  @Override
  public String flaw(PutResponse reply) {
    return reply.getHeader().getRevision() > 0
        ? ""
        : "driver: a put was answered without a revision";
  }
}
