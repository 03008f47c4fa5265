package io.kelson.server.apply;

import io.kelson.api.RequestOp;
import io.kelson.api.ResponseOp;
import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.mvcc.CompactedException;
import io.kelson.server.mvcc.ReadView;
import java.util.List;

/** Evaluates transactions that only read, against one view and without the log. */
public final class ReadOnlyTxn {
  private ReadOnlyTxn() {}

  /**
   * Evaluates compares and ranges. The answer's header holds only the view's revision; the caller
   * adds the rest. May read from disk.
   *
   * @param request one for which {@link RequestChecks#isReadOnly} holds
   * @throws CompactedException if a range of the branch taken names a compacted or negative
   *     revision
   * @throws io.kelson.server.mvcc.FutureRevisionException if one names a future revision
   */
  public static TxnResponse evaluate(TxnRequest request, ReadView view) {
    boolean succeeded = Compares.hold(request.getCompareList(), view);
    List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
    TxnResponse.Builder response =
        TxnResponse.newBuilder().setHeader(Operations.at(view.revision())).setSucceeded(succeeded);
    for (RequestOp op : ops) {
      if (op.getRequestRange().getRevision() < 0) {
        throw new CompactedException(view.compactRevision());
      }
      response.addResponses(
          ResponseOp.newBuilder().setResponseRange(Operations.range(op.getRequestRange(), view)));
    }
    return response.build();
  }
}
