package io.kelson.server.apply;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;

/**
 * Where the outcome of an applied request goes. Called on the apply thread, in log order, after
 * readers can see the effect; must not block.
 */
public interface ApplyResults {
  /**
   * Whether somebody on this member waits for that request; if not, nobody needs its response
   * built.
   */
  boolean isWaiting(long requestId);

  /** The request took effect. */
  void succeeded(long requestId, MessageLite response);

  /** The request was applied and refused; nothing changed. */
  void failed(long requestId, EtcdError error);

  /** Everything of one group has been reported; a chance to wake each waiter's thread once. */
  void flush();
}
