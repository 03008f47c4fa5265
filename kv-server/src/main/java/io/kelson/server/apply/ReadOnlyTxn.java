package io.kelson.server.apply;

import io.kelson.api.TxnRequest;
import io.kelson.api.TxnResponse;
import io.kelson.server.mvcc.ReadView;

/** Evaluates transactions that only read, against one view and without the log. */
public final class ReadOnlyTxn {
  private ReadOnlyTxn() {}

  /**
   * Evaluates compares and ranges. The answer's header holds only the view's revision; the caller
   * adds the rest. May read from disk.
   *
   * @param request one for which {@link RequestChecks#isReadOnly} holds
   * @throws io.kelson.server.mvcc.CompactedException if a range names a compacted revision
   * @throws io.kelson.server.mvcc.FutureRevisionException if one names a future revision
   */
  public static TxnResponse evaluate(TxnRequest request, ReadView view) {
    throw new UnsupportedOperationException();
  }
}
