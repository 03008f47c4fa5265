package io.kelson.raft.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Connections for snapshots, on the peer port but apart from the messages', so that gigabytes never
 * stand in front of a heartbeat. Thread-safe.
 */
public interface SnapshotStreams {
  /** Takes over connections that peers have opened. */
  @FunctionalInterface
  interface Entrance {
    /**
     * The handshake with that peer is through; what it sends from now on goes to the handlers that
     * are added to the pipeline here. Called on the connection's event loop; must not block.
     */
    void accepted(long from, ChannelPipeline pipeline);
  }

  /** Says who takes connections from now on; until then, and with null, they are refused. */
  void acceptWith(Entrance entrance);

  /**
   * Opens a connection to a peer and shakes hands.
   *
   * @param attempt how many were made before; picks one of several addresses, in turn
   * @param initializer called on the event loop when the handshake is through, to add handlers
   * @return done after the initializer; fails with {@link StreamRefusedException} if the peer or
   *     this member objects, with another exception if it cannot be reached
   */
  CompletableFuture<Channel> open(long peer, int attempt, Consumer<ChannelPipeline> initializer);
}
