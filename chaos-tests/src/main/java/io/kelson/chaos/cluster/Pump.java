package io.kelson.chaos.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Carries bytes one way over one connection, under the rule of its link. All on the proxy's thread.
 *
 * <p>Under a rule that blocks it neither reads nor writes, so that not even the end of the source
 * is noticed; what it has read before waits. The order of bytes is always kept.
 */
final class Pump {
  /** What may be on its way; more would make a slow link out of a far one's memory. */
  private static final int MOST_HELD_BYTES = 4 << 20;

  private record Chunk(ByteBuf data, long readNanos, long dueNanos) {}

  private final Link link;
  private final Channel source;
  private final Channel sink;
  private final Runnable onReset;
  private final Runnable onFinish;
  private final Deque<Chunk> held = new ArrayDeque<>();
  private int heldBytes;
  private long lastDueNanos;
  private boolean sourceEnded;
  private boolean severed;
  private boolean finished;
  private Future<?> alarm;

  Pump(Link link, Channel source, Channel sink, Runnable onReset, Runnable onFinish) {
    this.link = link;
    this.source = source;
    this.sink = sink;
    this.onReset = onReset;
    this.onFinish = onFinish;
    this.lastDueNanos = System.nanoTime();
  }

  /** Bytes have come; takes them over. */
  void received(ByteBuf data) {
    if (severed) {
      data.release();
      source.read();
      return;
    }
    if (link.drawReset()) {
      data.release();
      onReset.run();
      return;
    }
    if (link.drawHalfClose()) {
      data.release();
      severed = true;
      sourceEnded();
      source.read();
      return;
    }
    long now = System.nanoTime();
    long due = link.dueNanos(now, data.readableBytes());
    lastDueNanos = due - lastDueNanos > 0 ? due : lastDueNanos;
    held.add(new Chunk(data, now, lastDueNanos));
    heldBytes += data.readableBytes();
  }

  /** No more bytes will come. */
  void sourceEnded() {
    sourceEnded = true;
    go();
  }

  /** Whether the end of the source has been passed on. */
  boolean finished() {
    return finished;
  }

  /** The rule is another one: what is held by the old one alone may go. */
  void ruleChanged() {
    LinkRule rule = link.rule();
    if (rule.delayMillis() == 0 && rule.jitterMillis() == 0 && rule.bytesPerSecond() == 0) {
      lastDueNanos = System.nanoTime();
      Deque<Chunk> released = new ArrayDeque<>();
      held.forEach(chunk -> released.add(new Chunk(chunk.data, chunk.readNanos, lastDueNanos)));
      held.clear();
      held.addAll(released);
    }
    go();
  }

  /** Does what can be done now: writes what is due, reads more. */
  void go() {
    if (finished || link.blocked() || !sink.isActive()) {
      return;
    }
    long now = System.nanoTime();
    boolean wrote = false;
    while (!held.isEmpty() && held.peek().dueNanos - now <= 0 && sink.isWritable()) {
      Chunk chunk = held.poll();
      int bytes = chunk.data.readableBytes();
      heldBytes -= bytes;
      link.passed(bytes, now - chunk.readNanos);
      sink.write(chunk.data);
      wrote = true;
    }
    if (wrote) {
      sink.flush();
    }
    if (!held.isEmpty() && held.peek().dueNanos - now > 0) {
      wakeIn(held.peek().dueNanos - now);
    } else if (held.isEmpty() && sourceEnded) {
      finished = true;
      ((SocketChannel) sink).shutdownOutput();
      onFinish.run();
      return;
    }
    if (!sourceEnded && heldBytes < MOST_HELD_BYTES && sink.isWritable()) {
      source.read();
    }
  }

  /** Ends, and forgets what it holds: nobody will take it any more. */
  void close() {
    finished = true;
    held.forEach(chunk -> chunk.data.release());
    held.clear();
    if (alarm != null) {
      alarm.cancel(false);
    }
  }

  private void wakeIn(long nanos) {
    if (alarm == null) {
      alarm = sink.eventLoop().schedule(this::woken, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void woken() {
    alarm = null;
    go();
  }
}
