package io.kelson.raft.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.transport.SnapshotStreams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Streams on which things go wrong: connections break and bytes flip, on the first ones dialled.
 */
final class FaultyStreams implements SnapshotStreams {
  private final SnapshotStreams real;
  private final AtomicInteger opened = new AtomicInteger();
  private final Semaphore reads = new Semaphore(0);
  private int faultyConnections;
  private long breakAfterBytes = Long.MAX_VALUE;
  private long flipAfterBytes = Long.MAX_VALUE;

  FaultyStreams(SnapshotStreams real) {
    this.real = real;
  }

  /** The first so many connections break after so many bytes. */
  FaultyStreams breaking(int connections, long afterBytes) {
    faultyConnections = connections;
    breakAfterBytes = afterBytes;
    return this;
  }

  /** On the first so many connections the last byte of a frame is wrong, once. */
  FaultyStreams flipping(int connections, long afterBytes) {
    faultyConnections = connections;
    flipAfterBytes = afterBytes;
    return this;
  }

  int opened() {
    return opened.get();
  }

  @Override
  public void acceptWith(Entrance entrance) {
    real.acceptWith(entrance);
  }

  @Override
  public CompletableFuture<Channel> open(
      long peer, int attempt, Consumer<ChannelPipeline> initializer) {
    return real.open(
        peer,
        attempt,
        pipeline -> {
          pipeline.addFirst(new Reads());
          if (opened.incrementAndGet() <= faultyConnections) {
            pipeline.addFirst(new Fault(breakAfterBytes, flipAfterBytes));
          }
          initializer.accept(pipeline);
        });
  }

  /** Waits until so many more pieces were read from the connections. */
  void awaitReads(int more) throws InterruptedException {
    reads.drainPermits();
    assertThat(reads.tryAcquire(more, ShippingMember.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private final class Reads extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      reads.release();
      ctx.fireChannelRead(message);
    }
  }

  private static final class Fault extends ChannelOutboundHandlerAdapter {
    private final long breakAfterBytes;
    private long flipAfterBytes;
    private long bytes;

    Fault(long breakAfterBytes, long flipAfterBytes) {
      this.breakAfterBytes = breakAfterBytes;
      this.flipAfterBytes = flipAfterBytes;
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ByteBuf buffer = (ByteBuf) message;
      bytes += buffer.readableBytes();
      if (bytes > breakAfterBytes) {
        buffer.release();
        promise.setFailure(new IOException("broken by the test"));
        ctx.close();
        return;
      }
      if (bytes > flipAfterBytes) {
        flipAfterBytes = Long.MAX_VALUE;
        int last = buffer.writerIndex() - 1;
        buffer.setByte(last, buffer.getByte(last) ^ 1);
      }
      ctx.write(buffer, promise);
    }
  }
}
