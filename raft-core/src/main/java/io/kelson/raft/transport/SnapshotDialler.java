package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The dialling end of a snapshot's connection until the handshake is through. */
final class SnapshotDialler extends FrameHandler {
  private final Handshake handshake;
  private final long peer;
  private final Consumer<ChannelPipeline> initializer;
  private final CompletableFuture<Channel> established = new CompletableFuture<>();

  private SnapshotDialler(
      TransportOptions options, long peer, Consumer<ChannelPipeline> initializer) {
    super(options.handshakeTimeoutMillis());
    this.handshake = new Handshake(options.selfId(), options.clusterId());
    this.peer = peer;
    this.initializer = initializer;
  }

  static CompletableFuture<Channel> dial(
      TransportOptions options,
      EventLoops loops,
      long peer,
      PeerAddress address,
      InetSocketAddress found,
      Consumer<ChannelPipeline> initializer) {
    SnapshotDialler dialler = new SnapshotDialler(options, peer, initializer);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.socketType())
            .disableResolver()
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectTimeoutMillis())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    options.security().secureDialled(channel.pipeline(), address);
                    channel.pipeline().addLast(dialler);
                  }
                })
            .connect(found);
    connecting.channel().closeFuture().addListener(done -> dialler.ended(connecting.cause()));
    return dialler.established;
  }

  private void ended(Throwable connectProblem) {
    // Without effect if the handshake was through, or an objection was heard.
    established.completeExceptionally(
        connectProblem != null ? connectProblem : new IOException(endReason()));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    send(ctx, handshake.hello(peer, Wire.Purpose.SNAPSHOT));
  }

  @Override
  void frame(ChannelHandlerContext ctx, Wire.Frame frame) throws ProtocolException {
    if (frame.hasRefusal()) {
      refuse(ctx, Handshake.reasonOf(frame.getRefusal()));
    } else if (frame.hasHello()) {
      answer(ctx, frame.getHello());
    } else {
      throw new ProtocolException(frame.getBodyCase() + " where an answer to the hello was due");
    }
  }

  private void answer(ChannelHandlerContext ctx, Wire.Hello hello) {
    Optional<String> objection = handshake.objectionToAnswer(hello, peer);
    if (objection.isPresent()) {
      refuse(ctx, objection.get());
    } else if (hello.getPurpose() != Wire.Purpose.SNAPSHOT) {
      refuse(ctx, "member " + Long.toHexString(peer) + " does not know snapshots; upgrade it");
    } else {
      introduce(Handshake.MAX_FRAME_BYTES);
      initializer.accept(ctx.pipeline());
      ctx.pipeline().remove(this);
      established.complete(ctx.channel());
    }
  }

  private void refuse(ChannelHandlerContext ctx, String reason) {
    established.completeExceptionally(new StreamRefusedException(reason));
    finish(ctx, reason);
  }
}
