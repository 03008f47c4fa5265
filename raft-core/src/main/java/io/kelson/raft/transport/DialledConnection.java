package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The sending end: introduces itself, checks who answers, then pings and otherwise only listens for
 * pongs.
 *
 * <p>Nothing else ever comes back on this connection, so without pings a peer that vanished without
 * a word would be found only when the kernel gives up retransmitting, a quarter of an hour later.
 */
final class DialledConnection extends FrameHandler {
  private final PeerLink link;
  private final Handshake handshake;
  private final TransportOptions options;
  private boolean refused;
  private long pingId;
  private long pingNanos;
  private int unanswered;

  DialledConnection(PeerLink link, Handshake handshake, TransportOptions options) {
    super(options.handshakeTimeoutMillis());
    this.link = link;
    this.handshake = handshake;
    this.options = options;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    send(ctx, handshake.hello(link.peer()));
  }

  @Override
  void frame(ChannelHandlerContext ctx, Wire.Frame frame) throws ProtocolException {
    if (introduced()) {
      pong(frame);
    } else if (frame.hasRefusal()) {
      if (frame.getRefusal().getRemoved()) {
        options.listener().removedFromCluster(link.peer());
      }
      refuse(ctx, Handshake.reasonOf(frame.getRefusal()));
    } else if (frame.hasHello()) {
      answer(ctx, frame.getHello());
    } else {
      throw new ProtocolException(frame.getBodyCase() + " where an answer to the hello was due");
    }
  }

  private void answer(ChannelHandlerContext ctx, Wire.Hello hello) {
    Optional<String> objection = handshake.objectionToAnswer(hello, link.peer());
    if (objection.isPresent()) {
      refuse(ctx, objection.get());
      return;
    }
    introduce(Handshake.MAX_FRAME_BYTES);
    link.established(remote());
    ping(ctx);
    var pings =
        ctx.executor()
            .scheduleWithFixedDelay(
                () -> ping(ctx),
                options.pingIntervalMillis(),
                options.pingIntervalMillis(),
                TimeUnit.MILLISECONDS);
    ctx.channel().closeFuture().addListener(done -> pings.cancel(false));
  }

  private void refuse(ChannelHandlerContext ctx, String reason) {
    refused = true;
    finish(ctx, reason);
  }

  private void ping(ChannelHandlerContext ctx) {
    if (unanswered >= options.maxUnansweredPings()) {
      finish(ctx, "no answer to " + unanswered + " pings in a row");
      return;
    }
    unanswered++;
    pingNanos = System.nanoTime();
    send(ctx, Wire.Frame.newBuilder().setPing(Wire.Ping.newBuilder().setId(++pingId)).build());
  }

  private void pong(Wire.Frame frame) throws ProtocolException {
    if (!frame.hasPong()) {
      throw new ProtocolException(frame.getBodyCase() + " where only pongs were due");
    }
    unanswered = 0;
    if (frame.getPong().getId() == pingId) {
      options.listener().roundTrip(link.peer(), System.nanoTime() - pingNanos);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    link.writabilityChanged(ctx.channel());
    super.channelWritabilityChanged(ctx);
  }

  /** Whether it ended because the two members do not belong together. */
  boolean refused() {
    return refused;
  }
}
