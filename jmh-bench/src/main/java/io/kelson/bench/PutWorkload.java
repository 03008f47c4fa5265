package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.KVGrpc;
import io.kelson.api.PutRequest;
import io.kelson.api.PutResponse;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Puts of values that never repeat and do not compress. */
public final class PutWorkload implements Workload<PutRequest, PutResponse> {
  private final KeySpace keys;
  private final int valueBytes;
  private final boolean sequential;
  private final AtomicLong sequence = new AtomicLong();

  /**
   * Puts into the key space.
   *
   * @param sequential each key in turn, as to fill the key space, instead of random ones
   */
  public PutWorkload(KeySpace keys, int valueBytes, boolean sequential) {
    this.keys = keys;
    this.valueBytes = valueBytes;
    this.sequential = sequential;
  }

  @Override
  public String name() {
    return "put";
  }

  @Override
  public MethodDescriptor<PutRequest, PutResponse> method() {
    return KVGrpc.getPutMethod();
  }

  @Override
  public PutRequest next(SplittableRandom random) {
    long number =
        sequential ? sequence.getAndIncrement() % keys.size() : random.nextLong(keys.size());
    return PutRequest.newBuilder()
        .setKey(keys.key(number))
        .setValue(Values.random(valueBytes, random))
        .build();
  }

  @Override
  public String flaw(PutResponse reply) {
    return reply.getHeader().getRevision() > 0
        ? ""
        : "driver: a put was answered without a revision";
  }
}
