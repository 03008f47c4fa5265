package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;
import io.kelson.api.LeaseCheckpointResponse;
import io.kelson.api.LeaseGrantRequest;
import io.kelson.api.LeaseGrantResponse;
import io.kelson.api.LeaseRevokeResponse;
import io.kelson.api.ResponseHeader;
import io.kelson.raft.core.Entry;
import io.kelson.server.mvcc.ApplyBatch;
import io.kelson.server.mvcc.KeyRange;
import io.kelson.server.mvcc.LeaseOverlay;
import io.kelson.server.mvcc.LeaseRecord;
import io.kelson.server.mvcc.WriteTxn;
import io.kelson.server.proto.InternalRequest;
import io.kelson.server.proto.LeaseState;
import java.util.List;

/**
 * What the log says of leases: grants and revocations by clients, expiries and checkpoints by
 * leaders.
 *
 * <p>An expiry or a checkpoint counts only in an entry of the term whose leader decided it. A
 * leader that was deposed meanwhile has its proposals forwarded to its successor, in whose term
 * they would end leases that were renewed there.
 */
final class LeaseCommands {
  private LeaseCommands() {}

  /** Makes the header of an answer. */
  @FunctionalInterface
  interface HeaderMaker {
    ResponseHeader header(long term, long revision);
  }

  /**
   * Carries out one of the requests about leases.
   *
   * @throws RefusedException if a lease exists already, does not exist, or the request is of
   *     another term than its entry; nothing has been changed then
   */
  static MessageLite execute(
      InternalRequest request, Entry entry, ApplyBatch batch, HeaderMaker headers) {
    switch (request.getRequestCase()) {
      case LEASE_GRANT -> grant(request.getLeaseGrant(), entry.index(), batch.leases());
      case LEASE_REVOKE -> revoke(request.getLeaseRevoke().getID(), batch);
      case LEASE_EXPIRY -> {
        requireTerm(request.getLeaseExpiry().getTerm(), entry);
        expire(request.getLeaseExpiry().getLeasesList(), batch);
      }
      case LEASE_CHECKPOINTS -> {
        requireTerm(request.getLeaseCheckpoints().getTerm(), entry);
        checkpoint(request.getLeaseCheckpoints().getLeasesList(), batch.leases());
      }
      default -> throw new IllegalArgumentException("not about leases: " + entry);
    }
    ResponseHeader header = headers.header(entry.term(), batch.revision());
    return switch (request.getRequestCase()) {
      case LEASE_GRANT ->
          LeaseGrantResponse.newBuilder()
              .setHeader(header)
              .setID(request.getLeaseGrant().getID())
              .setTTL(request.getLeaseGrant().getTTL())
              .build();
      case LEASE_CHECKPOINTS -> LeaseCheckpointResponse.newBuilder().setHeader(header).build();
      default -> LeaseRevokeResponse.newBuilder().setHeader(header).build();
    };
  }

  private static void requireTerm(long decidedIn, Entry entry) {
    if (decidedIn != entry.term()) {
      throw new RefusedException(EtcdError.LEADER_CHANGED);
    }
  }

  private static void grant(LeaseGrantRequest grant, long index, LeaseOverlay leases) {
    if (leases.get(grant.getID()) != null) {
      throw new RefusedException(EtcdError.LEASE_EXISTS);
    }
    leases.grant(new LeaseRecord(grant.getID(), grant.getTTL(), grant.getTTL(), index));
  }

  private static void revoke(long id, ApplyBatch batch) {
    LeaseRecord lease = batch.leases().get(id);
    if (lease == null) {
      throw new RefusedException(EtcdError.LEASE_NOT_FOUND);
    }
    end(lease, batch);
  }

  /** All keys in one revision; without keys the revision stays. */
  private static void end(LeaseRecord lease, ApplyBatch batch) {
    WriteTxn txn = batch.beginTxn();
    for (ByteString key : batch.leases().keys(lease.id())) {
      txn.delete(KeyRange.of(key, ByteString.EMPTY));
    }
    txn.commit();
    batch.leases().end(lease);
  }

  private static void expire(List<LeaseState> due, ApplyBatch batch) {
    for (LeaseState one : due) {
      LeaseRecord lease = batch.leases().get(one.getId());
      if (isSame(lease, one)) {
        end(lease, batch);
      }
    }
  }

  private static void checkpoint(List<LeaseState> states, LeaseOverlay leases) {
    for (LeaseState one : states) {
      LeaseRecord lease = leases.get(one.getId());
      if (isSame(lease, one)) {
        leases.checkpoint(lease.withRemaining(one.getRemainingSeconds()));
      }
    }
  }

  /** Not if it has ended, or has ended and its id was given away again. */
  private static boolean isSame(LeaseRecord lease, LeaseState state) {
    return lease != null && lease.grantIndex() == state.getGrantIndex();
  }
}
