package io.kelson.client;

/** A request on keys: sent alone, or as one step of a {@link TxnOp}. Immutable. */
public sealed interface Op permits RangeOp, PutOp, DeleteOp, TxnOp {
  /** The alternatives, for switches that the compiler checks. */
  enum Kind {
    /** A {@link RangeOp}. */
    RANGE,

    /** A {@link PutOp}. */
    PUT,

    /** A {@link DeleteOp}. */
    DELETE,

    /** A {@link TxnOp} in another. */
    TXN
  }

  /** Which of the alternatives this is. */
  Kind kind();
}
