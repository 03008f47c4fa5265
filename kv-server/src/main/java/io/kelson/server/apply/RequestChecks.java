package io.kelson.server.apply;

import io.kelson.api.Compare;
import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import java.util.List;

/**
 * What can be said of a request by looking at it alone, done at the door before anything is
 * proposed. Each check returns the error to answer with, or null if the request is in order.
 */
public final class RequestChecks {
  /**
   * How deep transactions may be nested in a transaction. Each takes two levels of messages, and
   * readers of protobuf refuse more than 100: the operation in the innermost one is at 99 in a log
   * entry, the pair it reads at 99 in the answer. An entry that no member can read would stop them
   * all.
   */
  public static final int MAX_TXN_DEPTH = 48;

  private RequestChecks() {}

  /** Empty key, unknown sort option. */
  public static EtcdError check(RangeRequest request) {
    if (request.getKey().isEmpty()) {
      return EtcdError.EMPTY_KEY;
    }
    boolean sortable =
        request.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED
            && request.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED;
    return sortable ? null : EtcdError.INVALID_SORT_OPTION;
  }

  /** Empty key, value beside ignore_value, lease beside ignore_lease. */
  public static EtcdError check(PutRequest request) {
    if (request.getKey().isEmpty()) {
      return EtcdError.EMPTY_KEY;
    }
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      return EtcdError.VALUE_PROVIDED;
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      return EtcdError.LEASE_PROVIDED;
    }
    return null;
  }

  /** Empty key. */
  public static EtcdError check(DeleteRangeRequest request) {
    return request.getKey().isEmpty() ? EtcdError.EMPTY_KEY : null;
  }

  /**
   * Everything inside, the number of operations, how deep they are nested and keys put twice.
   *
   * @param maxTxnOps most compares, or operations in a branch; what an outer transaction uses up is
   *     not there for the nested ones
   */
  public static EtcdError check(TxnRequest request, int maxTxnOps) {
    EtcdError error = checkContents(request, maxTxnOps, MAX_TXN_DEPTH);
    if (error != null) {
      return error;
    }
    boolean conflict =
        TxnConflicts.anyIn(request.getSuccessList())
            || TxnConflicts.anyIn(request.getFailureList());
    return conflict ? EtcdError.DUPLICATE_KEY : null;
  }

  private static EtcdError checkContents(TxnRequest request, int maxTxnOps, int maxDepth) {
    int ops =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (ops > maxTxnOps || maxDepth < 0) {
      return EtcdError.TOO_MANY_OPS;
    }
    for (Compare compare : request.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        return EtcdError.EMPTY_KEY;
      }
    }
    EtcdError error = checkOps(request.getSuccessList(), maxTxnOps - ops, maxDepth);
    return error != null ? error : checkOps(request.getFailureList(), maxTxnOps - ops, maxDepth);
  }

  private static EtcdError checkOps(List<RequestOp> ops, int remainingOps, int maxDepth) {
    for (RequestOp op : ops) {
      EtcdError error =
          switch (op.getRequestCase()) {
            case REQUEST_RANGE -> check(op.getRequestRange());
            case REQUEST_PUT -> check(op.getRequestPut());
            case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
            case REQUEST_TXN -> checkContents(op.getRequestTxn(), remainingOps, maxDepth - 1);
            // What etcd answers to an operation that says nothing.
            case REQUEST_NOT_SET -> EtcdError.KEY_NOT_FOUND;
          };
      if (error != null) {
        return error;
      }
    }
    return null;
  }

  /**
   * Whether a transaction only reads: every operation in both branches is a range. Such a one need
   * not go through the log; see {@link ReadOnlyTxn}. Nested transactions always do.
   */
  public static boolean isReadOnly(TxnRequest request) {
    return onlyRanges(request.getSuccessList()) && onlyRanges(request.getFailureList());
  }

  private static boolean onlyRanges(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (!op.hasRequestRange()) {
        return false;
      }
    }
    return true;
  }

  /** Whether a read-only transaction may be answered from local state: every range says so. */
  public static boolean isSerializable(TxnRequest request) {
    return onlySerializable(request.getSuccessList()) && onlySerializable(request.getFailureList());
  }

  private static boolean onlySerializable(List<RequestOp> ops) {
    for (RequestOp op : ops) {
      if (!op.getRequestRange().getSerializable()) {
        return false;
      }
    }
    return true;
  }
}
