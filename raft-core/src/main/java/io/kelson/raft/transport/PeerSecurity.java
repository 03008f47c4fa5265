package io.kelson.raft.transport;

import io.netty.channel.ChannelPipeline;

/**
 * Puts encryption in front of the peer protocol.
 *
 * <p>Each method is called once per connection, on its event loop, with an empty pipeline to which
 * it may add handlers; the transport's own follow. A failure of theirs must close the connection.
 * The transport's handshake time-out covers theirs.
 */
public interface PeerSecurity {
  /** Nothing: bytes travel in the clear. */
  PeerSecurity PLAINTEXT =
      new PeerSecurity() {
        @Override
        public void secureDialled(ChannelPipeline pipeline, PeerAddress address) {}

        @Override
        public void secureAccepted(ChannelPipeline pipeline) {}
      };

  /** Prepares a connection that this member dialled. */
  void secureDialled(ChannelPipeline pipeline, PeerAddress address);

  /** Prepares a connection that this member accepted. */
  void secureAccepted(ChannelPipeline pipeline);
}
