package io.kelson.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Watches one attempt and knows two things that a status code cannot tell: whether the request may
 * have left this machine, and whether the server itself answered.
 *
 * <p>The first errs towards "may have": a stream on a live connection counts, whether or not its
 * bytes reached the socket.
 */
final class SendTracker extends ClientStreamTracer.Factory {
  private volatile boolean maybeSent;
  private volatile boolean answered;

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void streamCreated(Attributes transportAttributes, Metadata requestHeaders) {
        maybeSent = true;
      }

      @Override
      public void inboundTrailers(Metadata trailers) {
        answered = true;
      }
    };
  }

  boolean maybeSent() {
    return maybeSent;
  }

  boolean answered() {
    return answered;
  }
}
