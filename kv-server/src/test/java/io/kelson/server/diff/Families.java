package io.kelson.server.diff;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.kelson.api.CompactionRequest;
import io.kelson.api.KVGrpc;
import io.kelson.api.LeaseGrpc;
import io.kelson.api.LeaseLeasesRequest;
import io.kelson.api.RangeRequest;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Which families can be compared, found out by asking; the rest is left out, and said so. */
final class Families {
  private final Set<Family> available;
  private final Map<Family, String> leftOut;

  private Families(Map<Family, String> leftOut) {
    this.leftOut = leftOut;
    this.available = EnumSet.allOf(Family.class);
    available.removeAll(leftOut.keySet());
  }

  static Families of(Pair pair) {
    Map<Family, String> leftOut = new EnumMap<>(Family.class);
    Server kelson = pair.kelson();
    // Asked with what changes nothing.
    CompactionRequest compaction = CompactionRequest.newBuilder().setRevision(-1).build();
    if (isUnimplemented(kelson, KVGrpc.getCompactMethod(), compaction)) {
      leftOut.put(Family.COMPACTION, "Kelson answers UNIMPLEMENTED");
    }
    if (isUnimplemented(
        kelson, LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance())) {
      leftOut.put(Family.LEASE, "Kelson answers UNIMPLEMENTED");
    }
    if (isUnimplemented(kelson, KVGrpc.getRangeStreamMethod(), RangeRequest.getDefaultInstance())) {
      leftOut.put(Family.RANGE_STREAM, "Kelson answers UNIMPLEMENTED");
    }
    return new Families(leftOut);
  }

  private static <Q, A> boolean isUnimplemented(
      Server server, MethodDescriptor<Q, A> method, Q request) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    try {
      ClientCalls.blockingServerStreamingCall(server.channel(0), method, options, request)
          .forEachRemaining(answer -> {});
      return false;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() == Status.Code.UNIMPLEMENTED;
    }
  }

  boolean has(Family family) {
    return available.contains(family);
  }

  /** What is left out, and why. */
  Map<Family, String> leftOut() {
    return leftOut;
  }
}
