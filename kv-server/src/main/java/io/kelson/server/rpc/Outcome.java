package io.kelson.server.rpc;

import com.google.protobuf.MessageLite;
import io.kelson.api.EtcdError;

/**
 * Waits for what becomes of a request. Exactly one method is called, once, or none if abandoned.
 */
public interface Outcome {
  /** It took effect. */
  void succeeded(MessageLite response);

  /** It was refused, or nobody knows what became of it; the error says which. */
  void failed(EtcdError error);
}
