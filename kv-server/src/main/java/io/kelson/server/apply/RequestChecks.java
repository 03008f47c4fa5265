package io.kelson.server.apply;

import io.kelson.api.DeleteRangeRequest;
import io.kelson.api.EtcdError;
import io.kelson.api.PutRequest;
import io.kelson.api.RangeRequest;
import io.kelson.api.TxnRequest;

/**
 * What can be said of a request by looking at it alone, done at the door before anything is
 * proposed. Each check returns the error to answer with, or null if the request is in order.
 */
public final class RequestChecks {
  private RequestChecks() {}

  /** Empty key, unknown sort option. */
  public static EtcdError check(RangeRequest request) {
    throw new UnsupportedOperationException();
  }

  /** Empty key, value beside ignore_value, lease beside ignore_lease. */
  public static EtcdError check(PutRequest request) {
    throw new UnsupportedOperationException();
  }

  /** Empty key. */
  public static EtcdError check(DeleteRangeRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * Everything inside, the number of operations and keys put twice.
   *
   * @param maxTxnOps most compares, or operations in a branch; what an outer transaction uses up is
   *     not there for the nested ones
   */
  public static EtcdError check(TxnRequest request, int maxTxnOps) {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether a transaction only reads: every operation in both branches is a range. Such a one need
   * not go through the log; see {@link ReadOnlyTxn}. Nested transactions always do.
   */
  public static boolean isReadOnly(TxnRequest request) {
    throw new UnsupportedOperationException();
  }

  /** Whether a read-only transaction may be answered from local state: every range says so. */
  public static boolean isSerializable(TxnRequest request) {
    throw new UnsupportedOperationException();
  }
}
