package io.kelson.raft.snapshot;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kelson.raft.snapshot.SnapshotException.Reason;
import io.kelson.raft.snapshot.proto.SnapshotWire;
import io.kelson.raft.snapshot.proto.SnapshotWire.SnapshotFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One end of a snapshot's connection, for one thread that may wait.
 *
 * <p>Memory is bounded on both sides without a window of our own: the socket is read only when
 * nothing received is waiting, and written only while Netty's buffer has room, so TCP makes a fast
 * sender wait for a slow disk. The event loop only moves bytes and wakes the thread.
 */
final class FrameStream extends SimpleChannelInboundHandler<ByteBuf> {
  /** A manifest of as many files as are allowed fits. */
  private static final int MAX_FRAME_BYTES = 32 << 20;

  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(512 << 10, 1 << 20);
  private static final int LENGTH_BYTES = Integer.BYTES;
  private static final int MAX_DETAIL_CHARS = 500;

  /** How long the other side may take to read the last frame and close. */
  private static final long LINGER_SECONDS = 5;

  private record Received(SnapshotFrame frame, int bytes) {}

  private final Channel channel;
  private final long peer;
  private final long idleTimeoutMillis;
  private final BufferGauge gauge;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Deque<Received> inbox = new ArrayDeque<>();
  private boolean reading;
  private boolean finishing;
  private SnapshotException ended;

  private FrameStream(Channel channel, long peer, long idleTimeoutMillis, BufferGauge gauge) {
    this.channel = channel;
    this.peer = peer;
    this.idleTimeoutMillis = idleTimeoutMillis;
    this.gauge = gauge;
  }

  /** Takes a connection over whose handshake is through. On its event loop. */
  static FrameStream addTo(
      ChannelPipeline pipeline, long peer, long idleTimeoutMillis, BufferGauge gauge) {
    Channel channel = pipeline.channel();
    FrameStream stream = new FrameStream(channel, peer, idleTimeoutMillis, gauge);
    channel.config().setAutoRead(false);
    channel.config().setWriteBufferWaterMark(WATER_MARKS);
    pipeline.addLast(
        new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES),
        stream);
    return stream;
  }

  /**
   * Waits for a frame; signs of life are passed over.
   *
   * @throws SnapshotException if the other side gave up, was silent for too long or is gone
   */
  SnapshotFrame take() throws SnapshotException {
    lock.lock();
    try {
      while (true) {
        await(false);
        SnapshotFrame frame = poll();
        if (!frame.hasWorking()) {
          return frame;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is room for more to send.
   *
   * @throws SnapshotException as {@link #take}, or if the other side says something unasked
   */
  void awaitWritable() throws SnapshotException {
    lock.lock();
    try {
      await(true);
      while (!inbox.isEmpty()) {
        SnapshotFrame frame = poll();
        if (!frame.hasWorking()) {
          throw unexpected(frame);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something was received or, if wanted, there is room to write. */
  private void await(boolean orWritable) throws SnapshotException {
    long left = TimeUnit.MILLISECONDS.toNanos(idleTimeoutMillis);
    while (true) {
      if (ended != null && (inbox.isEmpty() || ended.reason() != Reason.DISCONNECTED)) {
        throw new SnapshotException(ended.reason(), ended.getMessage(), ended);
      }
      if (inbox.isEmpty() && !reading) {
        reading = true;
        channel.read();
      }
      if (!inbox.isEmpty() || orWritable && channel.isWritable()) {
        return;
      }
      if (left <= 0) {
        throw new SnapshotException(
            Reason.TIMED_OUT,
            "member " + hexPeer() + " gave no sign of life for " + idleTimeoutMillis + " ms");
      }
      left = awaitChange(left);
    }
  }

  private long awaitChange(long nanos) throws SnapshotException {
    try {
      return changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SnapshotException(Reason.ABORTED, "interrupted", e);
    }
  }

  private SnapshotFrame poll() throws SnapshotException {
    Received received = inbox.poll();
    gauge.subtract(received.bytes());
    if (received.frame().hasFailure()) {
      SnapshotWire.Failure failure = received.frame().getFailure();
      throw new SnapshotException(
          Reason.of(failure.getReason()),
          "member " + hexPeer() + ": " + failure.getDetail().replaceAll("\\p{Cntrl}", "?"));
    }
    return received.frame();
  }

  /** The complaint about a frame that has no place here. */
  SnapshotException unexpected(SnapshotFrame frame) {
    return new SnapshotException(
        Reason.PROTOCOL, "member " + hexPeer() + " sent " + frame.getBodyCase() + " out of turn");
  }

  private String hexPeer() {
    return Long.toHexString(peer);
  }

  /** Sends a frame, whether there is room or not. */
  void send(SnapshotFrame frame) {
    write(frame);
  }

  private ChannelFuture write(SnapshotFrame frame) {
    int size = frame.getSerializedSize();
    ByteBuf buffer = channel.alloc().ioBuffer(LENGTH_BYTES + size);
    gauge.add(LENGTH_BYTES + size);
    try {
      buffer.writeInt(size);
      CodedOutputStream coded = CodedOutputStream.newInstance(buffer.nioBuffer(LENGTH_BYTES, size));
      frame.writeTo(coded);
      coded.flush();
      buffer.writerIndex(LENGTH_BYTES + size);
    } catch (IOException e) {
      buffer.release();
      throw new IllegalStateException("a frame of " + size + " bytes did not fit its own size", e);
    }
    return channel.writeAndFlush(buffer).addListener(done -> gauge.subtract(LENGTH_BYTES + size));
  }

  /** Says why this side gives up, and closes. */
  void fail(SnapshotException cause) {
    String detail = String.valueOf(cause.getMessage());
    finish(
        SnapshotFrame.newBuilder()
            .setFailure(
                SnapshotWire.Failure.newBuilder()
                    .setReason(cause.reason().number())
                    .setDetail(detail.substring(0, Math.min(detail.length(), MAX_DETAIL_CHARS))))
            .build());
  }

  /**
   * Sends a last frame. What still arrives is thrown away rather than left unread: closing a socket
   * with unread bytes in it would destroy the frame on its way.
   */
  void finish(SnapshotFrame last) {
    lock.lock();
    try {
      finishing = true;
      dropInbox();
    } finally {
      lock.unlock();
    }
    write(last);
    try {
      var close = channel.eventLoop().schedule(this::close, LINGER_SECONDS, TimeUnit.SECONDS);
      channel.closeFuture().addListener(done -> close.cancel(false));
      channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
    } catch (RejectedExecutionException e) {
      close();
    }
  }

  /** Closes at once. */
  void close() {
    channel.close();
  }

  /** Makes the thread stop as soon as it looks; any thread. The first reason counts. */
  void abort(SnapshotException cause) {
    end(cause);
  }

  private void end(SnapshotException cause) {
    lock.lock();
    try {
      // An abort outweighs a mere end, which may be its consequence.
      if (ended == null || ended.reason() == Reason.DISCONNECTED) {
        ended = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) throws Exception {
    int size = bytes.readableBytes();
    lock.lock();
    try {
      reading = false;
      if (finishing || ended != null) {
        return;
      }
      gauge.add(size);
      inbox.add(new Received(SnapshotFrame.parseFrom(bytes.nioBuffer()), size));
      changed.signalAll();
    } catch (InvalidProtocolBufferException e) {
      gauge.subtract(size);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    wake();
    super.channelWritabilityChanged(ctx);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    end(
        new SnapshotException(
            Reason.DISCONNECTED, "the connection to member " + hexPeer() + " was closed"));
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean theirs =
        cause instanceof DecoderException || cause instanceof InvalidProtocolBufferException;
    end(
        new SnapshotException(
            theirs ? Reason.PROTOCOL : Reason.DISCONNECTED,
            "the connection to member " + hexPeer() + " failed: " + cause,
            cause));
    ctx.close();
  }

  /** Lets go of what was received and not looked at; the thread is done with the stream. */
  void release() {
    lock.lock();
    try {
      finishing = true;
      dropInbox();
    } finally {
      lock.unlock();
    }
  }

  private void dropInbox() {
    for (Received received = inbox.poll(); received != null; received = inbox.poll()) {
      gauge.subtract(received.bytes());
    }
  }
}
