package io.kelson.client;

import java.util.ArrayList;
import java.util.List;

/**
 * A transaction: if every compare holds, {@code success} runs, else {@code failure}; all of it in
 * one revision, or not at all.
 *
 * @param compares what must hold, all of it
 * @param success what runs then, in order
 * @param failure what runs otherwise, in order
 */
public record TxnOp(List<Compare> compares, List<Op> success, List<Op> failure) implements Op {

  public TxnOp {
    compares = List.copyOf(compares);
    success = List.copyOf(success);
    failure = List.copyOf(failure);
  }

  /** Starts with a transaction of nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** True when neither branch can write: then repeating it is harmless. */
  public boolean readOnly() {
    return success.stream().allMatch(TxnOp::reads) && failure.stream().allMatch(TxnOp::reads);
  }

  private static boolean reads(Op op) {
    return switch (op.kind()) {
      case RANGE -> true;
      case PUT, DELETE -> false;
      case TXN -> ((TxnOp) op).readOnly();
    };
  }

  @Override
  public Kind kind() {
    return Kind.TXN;
  }

  /** Collects the parts of a transaction. Not thread-safe. */
  public static final class Builder {
    private final List<Compare> compares = new ArrayList<>();
    private final List<Op> success = new ArrayList<>();
    private final List<Op> failure = new ArrayList<>();

    private Builder() {}

    /** Adds conditions. */
    public Builder when(Compare... conditions) {
      compares.addAll(List.of(conditions));
      return this;
    }

    /** Adds steps for when every condition holds. */
    public Builder then(Op... steps) {
      success.addAll(List.of(steps));
      return this;
    }

    /** Adds steps for when one does not. */
    public Builder otherwise(Op... steps) {
      failure.addAll(List.of(steps));
      return this;
    }

    /** The finished transaction. */
    public TxnOp build() {
      return new TxnOp(compares, success, failure);
    }
  }
}
