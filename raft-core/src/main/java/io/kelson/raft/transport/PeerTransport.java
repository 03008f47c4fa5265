package io.kelson.raft.transport;

import io.kelson.raft.core.Message;

/**
 * Carries messages to peers, best effort: any message may be lost, and none is delivered twice by
 * the transport itself.
 *
 * <p>Thread-safe. {@link #send} never blocks: a message for a peer that is away, or whose queue is
 * full, is dropped, and the handler hears of it.
 */
public interface PeerTransport extends AutoCloseable {
  /**
   * Where incoming messages go. Called on event loops, for one peer in the order they arrived; must
   * not block.
   */
  @FunctionalInterface
  interface Handler {
    /**
     * A message from a peer whose identity was checked: {@code from()} and {@code to()} are true.
     */
    void received(Message message);

    /**
     * A message that will certainly not reach its receiver: nothing of it was handed to a socket.
     * Called on event loops, and on the thread that sends, from within {@link #send}.
     */
    default void notSent(Message message) {}

    /**
     * A peer's process has ended, it seems: a connection to it that was open has ended, and where
     * it led a new one was refused. Once for each such end, on an event loop.
     */
    default void peerGone(long peer) {}
  }

  /** Starts listening and connecting; messages that arrive from now on go to the handler. */
  void start(Handler handler);

  /** Queues a message for {@code message.to()}. */
  void send(Message message);

  /** Pushes out what {@link #send} queued; called once after a group of sends. */
  void flush();

  /** Stops listening, closes every connection, and releases the threads. */
  @Override
  void close();
}
