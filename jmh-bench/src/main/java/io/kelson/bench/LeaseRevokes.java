package io.kelson.bench;

import io.grpc.MethodDescriptor;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseRevokeRequest;
import io.kelson.api.LeaseRevokeResponse;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ends leases, so that they do not come due while something else is measured. */
final class LeaseRevokes implements Workload<LeaseRevokeRequest, LeaseRevokeResponse> {
  private final long[] ids;
  private final AtomicInteger sequence = new AtomicInteger();

  LeaseRevokes(long[] ids) {
    this.ids = ids;
  }

  @Override
  public String name() {
    return "lease-revoke";
  }

  @Override
  public MethodDescriptor<LeaseRevokeRequest, LeaseRevokeResponse> method() {
    return LeaseGrpc.getLeaseRevokeMethod();
  }

  @Override
  public LeaseRevokeRequest next(SplittableRandom random) {
    return LeaseRevokeRequest.newBuilder().setID(ids[sequence.getAndIncrement()]).build();
  }

  @Override
  public String flaw(LeaseRevokeResponse reply) {
    return "";
  }
}
