package io.kelson.client;

/** What an {@link Op} brought back. Immutable. */
public sealed interface OpResult permits RangeResult, PutResult, DeleteResult, TxnResult {
  /** Which kind of request this answers. */
  Op.Kind kind();

  /**
   * The store's word on when it was answered; inside a transaction only its revision is set, and in
   * a nested one nothing is.
   */
  Header header();
}
