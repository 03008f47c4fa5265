package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;

/**
 * Waits for what becomes of a request. Exactly one method is called, once, or none if abandoned.
 */
public interface Outcome {
  /** It took effect. */
  void succeeded(MessageLite response);

  /**
   * It was applied, whatever came of it; told just before. All by {@link System#nanoTime}.
   *
   * @param proposedNanos when it was handed to consensus
   * @param applyingNanos when the group it was in began to be applied
   * @param appliedNanos when the group was done
   */
  default void applied(long proposedNanos, long applyingNanos, long appliedNanos) {}

  /** It was refused, or nobody knows what became of it; the error says which. */
  void failed(EtcdError error);
}
