package io.kelson.server.lease;

import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.LeaseCheckpoints;
import io.kelson.server.proto.LeaseExpiry;
import io.kelson.server.proto.LeaseState;
import java.util.List;

/**
 * Something about leases on its way through the log.
 *
 * @param term of the leader who decides it
 * @param isExpiry whether they end; else what is left of them is written down
 * @param leases which ones
 * @param states the same as they stand in the entry
 */
record LeaseBatch(long term, boolean isExpiry, List<HeldLease> leases, List<LeaseState> states) {
  static LeaseBatch expiry(long term, List<HeldLease> due) {
    return new LeaseBatch(term, true, due, due.stream().map(lease -> state(lease, 0)).toList());
  }

  static LeaseBatch checkpoint(long term, List<HeldLease> leases, long nowMillis) {
    List<LeaseState> states =
        leases.stream().map(lease -> state(lease, lease.remainingSeconds(nowMillis))).toList();
    return new LeaseBatch(term, false, leases, states);
  }

  private static LeaseState state(HeldLease lease, long remainingSeconds) {
    return LeaseState.newBuilder()
        .setId(lease.id)
        .setGrantIndex(lease.grantIndex)
        .setRemainingSeconds(remainingSeconds)
        .build();
  }

  InternalRequest.Builder request() {
    return isExpiry
        ? InternalRequest.newBuilder()
            .setLeaseExpiry(LeaseExpiry.newBuilder().setTerm(term).addAllLeases(states))
        : InternalRequest.newBuilder()
            .setLeaseCheckpoints(LeaseCheckpoints.newBuilder().setTerm(term).addAllLeases(states));
  }
}
