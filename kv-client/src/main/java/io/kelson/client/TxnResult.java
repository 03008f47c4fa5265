package io.kelson.client;

import java.util.List;

/**
 * A {@link TxnOp} that ran, all of it in one revision.
 *
 * @param header the store's word
 * @param succeeded whether every compare held, that is which branch ran
 * @param results one for each step of that branch, in order
 */
public record TxnResult(Header header, boolean succeeded, List<OpResult> results)
    implements OpResult {
  public TxnResult {
    results = List.copyOf(results);
  }

  @Override
  public Op.Kind kind() {
    return Op.Kind.TXN;
  }
}
