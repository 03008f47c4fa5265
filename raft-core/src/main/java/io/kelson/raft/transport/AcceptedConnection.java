package io.kelson.raft.transport;

import com.google.protobuf.ByteString;
import io.kelson.raft.core.Message;
import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The receiving end: lets nobody in who does not say who it is and belong here, then passes on
 * messages and answers pings.
 */
final class AcceptedConnection extends FrameHandler {
  private final Acceptor acceptor;
  private final Handshake handshake;
  private final TransportOptions options;
  private final PeerTransport.Handler handler;
  private long peer;
  private boolean heard;
  private boolean handedOver;

  /** Of what comes once the handshake is through; null until then. */
  private MessageReader messages;

  AcceptedConnection(
      Acceptor acceptor,
      Handshake handshake,
      TransportOptions options,
      PeerTransport.Handler handler) {
    super(options.handshakeTimeoutMillis());
    this.acceptor = acceptor;
    this.handshake = handshake;
    this.options = options;
    this.handler = handler;
  }

  /** The peer at the other end, as it claims; 0 as long as it claims nothing. */
  long peer() {
    return peer;
  }

  /** Whether anything at all was received: a mere probe of the port is not worth a word. */
  boolean heard() {
    return heard;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    heard = true;
    super.channelRead(ctx, message);
  }

  @Override
  void frameBytes(ChannelHandlerContext ctx, ByteBuf in, int start, int length)
      throws ProtocolException {
    Message message = null;
    if (messages != null) {
      options.listener().bytesReceived(peer, ControlFrames.LENGTH_BYTES + length);
      message = messages.read(in, start, length);
    }
    if (message == null) {
      super.frameBytes(ctx, in, start, length);
    } else {
      handler.received(message);
    }
  }

  @Override
  void frame(ChannelHandlerContext ctx, Wire.Frame frame) throws ProtocolException {
    if (!introduced()) {
      hello(ctx, frame);
    } else if (frame.hasPing()) {
      pong(ctx, frame.getPing());
    } else {
      throw new ProtocolException("unexpected " + frame.getBodyCase() + " among messages");
    }
  }

  private void hello(ChannelHandlerContext ctx, Wire.Frame frame) throws ProtocolException {
    if (!frame.hasHello()) {
      throw new ProtocolException(frame.getBodyCase() + " where a hello was due");
    }
    if (frame.getHello().getPurpose() == Wire.Purpose.DESCRIPTION) {
      describe(ctx);
      return;
    }
    peer = frame.getHello().getFrom();
    if (handshake.isOfThisCluster(frame.getHello()) && acceptor.isRemoved(peer)) {
      Wire.Frame removal = handshake.removal(peer);
      finishWith(ctx, Handshake.reasonOf(removal.getRefusal()), removal);
      return;
    }
    Optional<String> objection =
        handshake.objectionToDialler(frame.getHello(), acceptor.knownPeers());
    if (objection.isPresent()) {
      finishWith(ctx, objection.get(), Handshake.refusal(objection.get()));
      return;
    }
    switch (frame.getHello().getPurpose()) {
      case MESSAGES -> becomeMessages(ctx);
      case SNAPSHOT -> becomeSnapshot(ctx);
      case DESCRIPTION -> describe(ctx);
      case UNRECOGNIZED -> {
        String reason =
            "purpose "
                + frame.getHello().getPurposeValue()
                + " of a connection is not known to this version";
        finishWith(ctx, reason, Handshake.refusal(reason));
      }
    }
  }

  private void becomeMessages(ChannelHandlerContext ctx) {
    introduce(options.maxFrameBytes());
    messages = new MessageReader(peer, options.selfId());
    // From here on; until now the limit on the handshake was in charge.
    ctx.pipeline()
        .addBefore(
            ctx.name(),
            null,
            new IdleStateHandler(options.idleTimeoutMillis(), 0, 0, TimeUnit.MILLISECONDS));
    send(ctx, handshake.hello(peer));
    acceptor.accepted(this, ctx.channel());
  }

  /** Makes room for those who speak the snapshot protocol; this handler's part is over. */
  private void becomeSnapshot(ChannelHandlerContext ctx) {
    SnapshotStreams.Entrance streams = acceptor.snapshots();
    if (streams == null) {
      String reason = "member " + Long.toHexString(options.selfId()) + " takes no snapshots now";
      finishWith(ctx, reason, Handshake.refusal(reason));
      return;
    }
    handedOver = true;
    introduce(options.maxFrameBytes());
    send(ctx, handshake.hello(peer, Wire.Purpose.SNAPSHOT));
    acceptor.handedOver();
    streams.accepted(peer, ctx.pipeline());
    ctx.pipeline().remove(this);
  }

  /** Answers somebody who wants to join and need not be anybody yet. */
  private void describe(ChannelHandlerContext ctx) {
    handedOver = true;
    byte[] description = acceptor.description();
    finishWith(
        ctx,
        "asked for a description of the cluster",
        description.length == 0
            ? Handshake.refusal(
                "member " + Long.toHexString(options.selfId()) + " is starting; ask again")
            : Wire.Frame.newBuilder()
                .setDescription(
                    Wire.Description.newBuilder().setData(ByteString.copyFrom(description)))
                .build());
  }

  /** Whether the connection is somebody else's by now, and not for messages. */
  boolean handedOver() {
    return handedOver;
  }

  private void pong(ChannelHandlerContext ctx, Wire.Ping ping) {
    if (!ctx.channel().isWritable()) {
      finish(ctx, "it pings but does not read the answers");
      return;
    }
    send(ctx, Wire.Frame.newBuilder().setPong(Wire.Pong.newBuilder().setId(ping.getId())).build());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof IdleStateEvent) {
      finish(ctx, "silent for " + options.idleTimeoutMillis() + " ms");
    } else {
      super.userEventTriggered(ctx, event);
    }
  }
}
