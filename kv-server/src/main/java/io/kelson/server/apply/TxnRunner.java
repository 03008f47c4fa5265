package io.kelson.server.apply;

import io.kelson.api.RequestOp;
import io.kelson.api.ResponseHeader;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnResponse;
import io.kelson.api.mvcc.KeyValue;
import io.kelson.server.mvcc.WriteTxn;

/** Runs a planned transaction: checks everything along the path taken, then does it. */
final class TxnRunner {
  private TxnRunner() {}

  /**
   * Checks the whole path on the state before it.
   *
   * @throws RefusedException if one operation cannot be done; nothing has been changed then
   */
  static void requirePossible(TxnPlan plan, WriteTxn before) {
    int nested = 0;
    for (RequestOp op : plan.ops()) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> Operations.requirePossible(op.getRequestRange(), before);
        case REQUEST_PUT -> Operations.requirePossibleInTxn(op.getRequestPut(), before);
        case REQUEST_TXN -> requirePossible(plan.nested().get(nested++), before);
        case REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> {}
      }
    }
  }

  /**
   * Does the operations in order.
   *
   * @param answer whether somebody wants to see what the ranges find; the changes are the same
   */
  static TxnResponse.Builder run(TxnPlan plan, WriteTxn txn, boolean answer) {
    // A nested transaction's header is there and empty.
    TxnResponse.Builder response =
        TxnResponse.newBuilder()
            .setHeader(ResponseHeader.getDefaultInstance())
            .setSucceeded(plan.succeeded());
    int nested = 0;
    for (RequestOp op : plan.ops()) {
      ResponseOp.Builder one = ResponseOp.newBuilder();
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> {
          if (answer) {
            one.setResponseRange(Operations.range(op.getRequestRange(), txn));
          }
        }
        case REQUEST_PUT -> {
          KeyValue previous = Operations.put(op.getRequestPut(), txn);
          ResponseHeader header = Operations.at(txn.revision());
          one.setResponsePut(Operations.response(op.getRequestPut(), previous, header));
        }
        case REQUEST_DELETE_RANGE ->
            one.setResponseDeleteRange(Operations.delete(op.getRequestDeleteRange(), txn));
        case REQUEST_TXN -> one.setResponseTxn(run(plan.nested().get(nested++), txn, answer));
        case REQUEST_NOT_SET -> {}
      }
      response.addResponses(one);
    }
    return response;
  }
}
