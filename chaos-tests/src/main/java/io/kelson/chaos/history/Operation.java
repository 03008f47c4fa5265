package io.kelson.chaos.history;

import io.kelson.client.TxnOp;
import io.kelson.client.TxnResult;

/**
 * One call on keys, as its client saw it. Every call is kept as a transaction: a single put, range
 * or delete is one without conditions and with one step.
 *
 * @param client the logical client; it has one operation open at a time, and none after one whose
 *     outcome stayed unknown
 * @param node which member was asked, counted from 0; -1 if the client chose
 * @param startNanos just before it was sent, by the harness's clock, from the beginning of the run
 * @param endNanos just after it was answered; {@link Long#MAX_VALUE} if its outcome is unknown,
 *     since it may take effect at any time after
 * @param call what was asked; its ranges say whether they are serializable
 * @param status what is known of it
 * @param result the answer, in full; null unless {@code status} is OK
 * @param error what was answered instead, or an empty text
 */
public record Operation(
    long client,
    int node,
    long startNanos,
    long endNanos,
    TxnOp call,
    Status status,
    TxnResult result,
    String error) {
  public Operation {
    if ((status == Status.OK) != (result != null)) {
      throw new IllegalArgumentException("an operation has a result if and only if it is OK");
    }
    if (endNanos < startNanos) {
      throw new IllegalArgumentException("an operation ended before it began");
    }
  }
}
