package io.kelson.server.apply;

import com.google.protobuf.ByteString;
import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.auth.AuthState;
import io.kelson.server.auth.Identity;
import io.kelson.server.mvcc.ApplyBatch;
import io.kelson.server.proto.InternalRequest;
import java.util.List;
import java.util.function.Function;

/**
 * Whether whoever proposed an entry may do what it asks for. Looks at the entry and at the state
 * before it, so every member comes to the same answer.
 *
 * <p>Reads ask the same of the same fields: {@link #requireReadOnly}.
 */
public final class Permissions {
  private final AuthState state;
  private final Identity who;
  private final Function<Long, List<ByteString>> leaseKeys;

  private Permissions(AuthState state, Identity who, Function<Long, List<ByteString>> leaseKeys) {
    this.state = state;
    this.who = who;
    this.leaseKeys = leaseKeys;
  }

  /**
   * Lets the request pass or refuses it.
   *
   * @throws io.kelson.server.auth.AuthException if it is refused
   */
  static void require(InternalRequest request, AuthState state, ApplyBatch batch) {
    if (!state.enabled()) {
      return;
    }
    Identity who = new Identity(request.getAuthUser(), request.getAuthRevision());
    if (!who.isMember()) {
      new Permissions(state, who, id -> batch.leases().keys(id)).require(request);
    }
  }

  private void require(InternalRequest request) {
    switch (request.getRequestCase()) {
      case PUT -> put(request.getPut());
      case DELETE_RANGE -> delete(request.getDeleteRange());
      case TXN -> txn(request.getTxn());
      case LEASE_GRANT -> state.requireUser(who);
      case LEASE_REVOKE -> attached(request.getLeaseRevoke().getID());
      case COMPACTION,
          AUTH_ENABLE,
          AUTH_DISABLE,
          AUTH_USER_ADD,
          AUTH_USER_DELETE,
          AUTH_USER_CHANGE_PASSWORD,
          AUTH_USER_GRANT_ROLE,
          AUTH_USER_REVOKE_ROLE,
          AUTH_ROLE_ADD,
          AUTH_ROLE_DELETE,
          AUTH_ROLE_GRANT_PERMISSION,
          AUTH_ROLE_REVOKE_PERMISSION ->
          state.requireRoot(who);
      // What members tell each other; and a login, whose password has been checked.
      case LEASE_EXPIRY,
          LEASE_CHECKPOINTS,
          MEMBER_ATTRIBUTES,
          AUTH_LOGIN,
          ALARM,
          DOWNGRADE,
          HASH_CHECK,
          REQUEST_NOT_SET -> {}
    }
  }

  /**
   * The same for a transaction that only reads and does not go through the log.
   *
   * @throws io.kelson.server.auth.AuthException if it is refused
   */
  public static void requireReadOnly(TxnRequest request, AuthState state, Identity who) {
    new Permissions(state, who, id -> List.of()).txn(request);
  }

  private void range(RangeRequest request) {
    state.requireRead(who, request.getKey(), request.getRangeEnd());
  }

  private void put(PutRequest request) {
    state.requireWrite(who, request.getKey(), ByteString.EMPTY);
    if (request.getLease() != 0) {
      // The lease may be ended by whoever may write all its keys: this one must not change that.
      attached(request.getLease());
    }
    if (request.getPrevKv()) {
      state.requireRead(who, request.getKey(), ByteString.EMPTY);
    }
  }

  private void delete(DeleteRangeRequest request) {
    state.requireWrite(who, request.getKey(), request.getRangeEnd());
    if (request.getPrevKv()) {
      state.requireRead(who, request.getKey(), request.getRangeEnd());
    }
  }

  /** Both branches: which one is taken tells about keys that the compares look at. */
  private void txn(TxnRequest request) {
    for (Compare compare : request.getCompareList()) {
      state.requireRead(who, compare.getKey(), compare.getRangeEnd());
    }
    request.getSuccessList().forEach(this::op);
    request.getFailureList().forEach(this::op);
    // One without any compare or operation tells nothing, but not to a stranger.
    state.requireUser(who);
  }

  private void op(RequestOp op) {
    switch (op.getRequestCase()) {
      case REQUEST_RANGE -> range(op.getRequestRange());
      case REQUEST_PUT -> put(op.getRequestPut());
      case REQUEST_DELETE_RANGE -> delete(op.getRequestDeleteRange());
      case REQUEST_TXN -> txn(op.getRequestTxn());
      case REQUEST_NOT_SET -> {}
    }
  }

  private void attached(long lease) {
    state.requireUser(who);
    if (!state.isRoot(who)) {
      leaseKeys.apply(lease).forEach(key -> state.requireWrite(who, key, ByteString.EMPTY));
    }
  }
}
