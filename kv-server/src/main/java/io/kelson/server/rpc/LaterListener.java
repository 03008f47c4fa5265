package io.kelson.server.rpc;

import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands in for a call's listener that is not there yet, and passes on to it what has happened
 * meanwhile: no message, since nobody has asked for any, but perhaps that the caller has left. On
 * the call's event loop only.
 */
final class LaterListener<Q> extends ServerCall.Listener<Q> {
  private final List<Runnable> happened = new ArrayList<>(1);
  private ServerCall.Listener<Q> next;

  /** The listener is there. */
  void become(ServerCall.Listener<Q> listener) {
    next = listener;
    happened.forEach(Runnable::run);
    happened.clear();
  }

  private void pass(Runnable event) {
    if (next == null) {
      happened.add(event);
    } else {
      event.run();
    }
  }

  @Override
  public void onMessage(Q message) {
    pass(() -> next.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    pass(() -> next.onHalfClose());
  }

  @Override
  public void onCancel() {
    pass(() -> next.onCancel());
  }

  @Override
  public void onComplete() {
    pass(() -> next.onComplete());
  }

  @Override
  public void onReady() {
    pass(() -> next.onReady());
  }
}
