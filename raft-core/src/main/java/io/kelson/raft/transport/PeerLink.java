package io.kelson.raft.transport;

import io.kelson.raft.core.Message;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * The way to one peer: dials it until told to stop, and sends it what is queued in its outbox.
 *
 * <p>All of it happens on one event loop, the same for every connection to this peer; other threads
 * only queue messages and ask that loop to drain them. However many messages are queued meanwhile,
 * at most one such request is under way.
 *
 * <p>One attempt goes: look the name up, connect, shake hands, be open, end; then a pause, then the
 * next. At most one of these is going on at any time.
 */
final class PeerLink {
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(256 << 10, 1 << 20);

  /** What a buffer for small messages starts with; more than one usually shares it. */
  private static final int BATCH_BYTES = 4096;

  private final long peer;
  private final TransportOptions options;
  private final Handshake handshake;
  private final EventLoops loops;
  private final EventLoop loop;
  private final NameLookup names;
  private final TransportListener listener;
  private final BiConsumer<Message, DropReason> dropped;
  private final LongConsumer gone;
  private final Outbox outbox;
  private final Backoff backoff;
  private final AtomicBoolean drainRequested = new AtomicBoolean();
  private final Runnable requestedDrain = this::requestedDrain;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile List<PeerAddress> addresses;
  private volatile boolean open;
  private volatile boolean closing;

  // Only on the event loop.
  private boolean attempting;
  private Channel channel;
  private PeerAddress target;

  /**
   * Where it was open last, until the peer is said to be gone from there; null before and after.
   */
  private PeerAddress openAt;

  private boolean draining;
  private int attempts;
  private int failuresInARow;
  private ScheduledFuture<?> pause;

  /**
   * @param dropped hears of every message of which nothing was handed to a socket; called on the
   *     event loop, and on whatever thread sends
   * @param gone hears once, on the event loop, that the peer ended its connection and refuses
   *     another
   */
  PeerLink(
      long peer,
      List<PeerAddress> addresses,
      TransportOptions options,
      EventLoops loops,
      NameLookup names,
      BiConsumer<Message, DropReason> dropped,
      LongConsumer gone) {
    this.peer = peer;
    this.addresses = addresses;
    this.options = options;
    this.handshake = new Handshake(options.selfId(), options.clusterId());
    this.loops = loops;
    this.loop = loops.messages();
    this.names = names;
    this.listener = options.listener();
    this.dropped = dropped;
    this.gone = gone;
    this.backoff = new Backoff(options.backoffMinMillis(), options.backoffMaxMillis());
    this.outbox =
        new Outbox(
            options.outboxMaxMessages(), options.outboxMaxBytes(), options.outboxReserveMessages());
  }

  long peer() {
    return peer;
  }

  /** Where it dials, in turn. */
  List<PeerAddress> addresses() {
    return addresses;
  }

  /** Begins to dial. */
  void start() {
    onLoop(this::dial);
  }

  /** Dials other addresses from the next attempt on. */
  void addresses(List<PeerAddress> newAddresses) {
    if (!newAddresses.equals(addresses)) {
      addresses = newAddresses;
      wake();
    }
  }

  /** Ends a pause early: there is a sign that the peer can be reached. */
  void wake() {
    onLoop(this::dialWithoutPause);
  }

  /** Queues a message; any thread. */
  void send(Message message) {
    if (!open) {
      dropped.accept(message, DropReason.NOT_CONNECTED);
    } else if (!outbox.offer(message)) {
      dropped.accept(message, DropReason.OUTBOX_FULL);
    }
  }

  /** Sees to it that what is queued gets sent; any thread. */
  void flush() {
    if (!open || outbox.isEmpty() || !drainRequested.compareAndSet(false, true)) {
      return;
    }
    try {
      loop.execute(requestedDrain);
    } catch (RejectedExecutionException e) {
      // The loops are being shut down, and with them every connection: the message is lost, as
      // any message may be.
      open = false;
    }
  }

  /**
   * Stops for good, after what is queued was handed to the socket as far as that takes it; done
   * when the connection is closed. Any thread.
   */
  CompletableFuture<Void> close() {
    closing = true;
    try {
      loop.execute(this::closeNow);
    } catch (RejectedExecutionException e) {
      closed.complete(null);
    }
    return closed;
  }

  private void closeNow() {
    if (pause != null) {
      pause.cancel(false);
      pause = null;
    }
    if (channel == null) {
      closed.complete(null);
      return;
    }
    if (open) {
      drain(channel);
      open = false;
    }
    channel.close();
  }

  private void dialWithoutPause() {
    if (pause != null) {
      pause.cancel(false);
      pause = null;
    }
    dial();
  }

  private void dial() {
    pause = null;
    List<PeerAddress> candidates = addresses;
    if (closing || attempting || candidates.isEmpty()) {
      return;
    }
    attempting = true;
    int attempt = attempts++;
    target = candidates.get(Math.floorMod(attempt, candidates.size()));
    names
        .find(target, attempt / candidates.size())
        .whenComplete((found, problem) -> onLoop(() -> connect(found, problem)));
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      closed.complete(null);
    }
  }

  private void connect(InetSocketAddress found, Throwable problem) {
    if (closing) {
      attempting = false;
      closed.complete(null);
      return;
    }
    if (problem != null) {
      listener.dialFailed(peer, target, messageOf(problem));
      attemptEnded();
      return;
    }
    DialledConnection connection = new DialledConnection(this, handshake, options);
    ChannelFuture connecting = bootstrap(connection).connect(found);
    channel = connecting.channel();
    channel.closeFuture().addListener(done -> ended(connection, connecting.cause()));
  }

  private Bootstrap bootstrap(DialledConnection connection) {
    return new Bootstrap()
        .group(loop)
        .channel(loops.socketType())
        .disableResolver()
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, options.connectTimeoutMillis())
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel ch) {
                options.security().secureDialled(ch.pipeline(), target);
                ch.pipeline().addLast(connection);
              }
            });
  }

  /** The handshake is through. */
  void established(SocketAddress address) {
    dropQueued();
    failuresInARow = 0;
    openAt = target;
    if (!closing) {
      open = true;
      listener.peerConnected(peer, address);
    }
  }

  private void ended(DialledConnection connection, Throwable connectProblem) {
    open = false;
    if (!closing) {
      announceEnd(connection, connectProblem);
    }
    attemptEnded();
  }

  private void announceEnd(DialledConnection connection, Throwable connectProblem) {
    if (connectProblem != null) {
      listener.dialFailed(peer, target, messageOf(connectProblem));
      if (target.equals(openAt) && ConnectErrors.isRefusal(connectProblem)) {
        openAt = null;
        gone.accept(peer);
      }
    } else if (connection.refused()) {
      listener.peerRefused(peer, connection.remote(), connection.endReason());
    } else if (connection.introduced()) {
      listener.peerDisconnected(peer, connection.remote(), connection.endReason());
    } else {
      listener.dialFailed(peer, target, connection.endReason());
    }
  }

  private void attemptEnded() {
    channel = null;
    attempting = false;
    dropQueued();
    if (closing) {
      closed.complete(null);
    } else {
      long millis = backoff.pauseMillis(failuresInARow++, ThreadLocalRandom.current());
      pause = loop.schedule(this::dial, millis, TimeUnit.MILLISECONDS);
    }
  }

  private void dropQueued() {
    for (Message message = outbox.poll(); message != null; message = outbox.poll()) {
      dropped.accept(message, DropReason.CONNECTION_LOST);
    }
  }

  void writabilityChanged(Channel changed) {
    // While draining this is called from inside its own flush; the drain's loop looks by itself.
    if (open && !draining && changed.isWritable()) {
      drain(changed);
    }
  }

  private void requestedDrain() {
    // Before the queue is looked at: whatever is queued from now on asks anew.
    drainRequested.set(false);
    if (open && channel != null) {
      drain(channel);
    }
  }

  private void drain(Channel to) {
    draining = true;
    try {
      long sent = 0;
      while (open && to.isWritable() && !outbox.isEmpty()) {
        sent += writeBatch(to);
        to.flush();
      }
      if (sent > 0) {
        listener.bytesSent(peer, sent);
      }
    } finally {
      draining = false;
    }
  }

  /** Writes until the queue is empty or the channel has enough; small messages share a buffer. */
  private long writeBatch(Channel to) {
    long sent = 0;
    ByteBuf batch = null;
    while (to.isWritable()) {
      Message message = outbox.poll();
      if (message == null) {
        break;
      }
      long messageBytes = MessageWriter.messageBytes(message);
      long frameBytes = MessageWriter.frameBytes(messageBytes);
      if (frameBytes > options.maxFrameBytes()) {
        dropped.accept(message, DropReason.TOO_LARGE);
        continue;
      }
      int size = (int) frameBytes + ControlFrames.LENGTH_BYTES;
      if (batch != null && batch.writableBytes() < size) {
        to.write(batch);
        batch = null;
      }
      if (batch == null) {
        batch = to.alloc().ioBuffer(Math.max(size, BATCH_BYTES));
      }
      MessageWriter.write(message, messageBytes, batch);
      sent += size;
    }
    if (batch != null) {
      to.write(batch);
    }
    return sent;
  }

  private static String messageOf(Throwable problem) {
    Throwable shown = problem;
    while (shown.getMessage() == null && shown.getCause() != null) {
      shown = shown.getCause();
    }
    return shown.getMessage() == null ? shown.toString() : shown.getMessage();
  }
}
