package io.kelson.client;

/** A request on keys: sent alone, or as one step of a {@link TxnOp}. Immutable. */
public sealed interface Op permits RangeOp, PutOp, DeleteOp, TxnOp {
  /** The alternatives, for switches that the compiler checks. */
  enum Kind {
    RANGE,
    PUT,
    DELETE,
    TXN
  }

  /** Which of the alternatives this is. */
  Kind kind();
}
