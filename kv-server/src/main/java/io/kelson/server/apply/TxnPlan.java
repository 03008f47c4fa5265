package io.kelson.server.apply;

import io.kelson.api.RequestOp;
import io.kelson.api.TxnRequest;
import io.kelson.server.mvcc.ReadView;
import java.util.ArrayList;
import java.util.List;

/**
 * Which branch a transaction and those nested in it take, settled before any of them runs: a nested
 * condition sees the state before the outermost transaction.
 *
 * @param succeeded whether the conditions hold
 * @param ops the operations of the branch taken
 * @param nested for each operation that is a transaction its plan, in order
 */
record TxnPlan(boolean succeeded, List<RequestOp> ops, List<TxnPlan> nested) {
  static TxnPlan of(TxnRequest request, ReadView before) {
    boolean succeeded = Compares.hold(request.getCompareList(), before);
    List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
    List<TxnPlan> nested = List.of();
    for (RequestOp op : ops) {
      if (op.hasRequestTxn()) {
        nested = nested.isEmpty() ? new ArrayList<>() : nested;
        nested.add(of(op.getRequestTxn(), before));
      }
    }
    return new TxnPlan(succeeded, ops, nested);
  }
}
