package io.kelson.raft.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.Socket;

/**
 * Puts encryption in front of the peer protocol.
 *
 * <p>The methods for pipelines are called once per connection, on its event loop, with an empty
 * pipeline to which they may add handlers; the transport's own follow. A failure of theirs must
 * close the connection. The transport's handshake time-out covers theirs.
 */
public interface PeerSecurity {
  /** Nothing: bytes travel in the clear, and peers that expect TLS are not talked to. */
  PeerSecurity PLAINTEXT =
      new PeerSecurity() {
        @Override
        public void secureDialled(ChannelPipeline pipeline, PeerAddress address) {
          requirePlain(address);
        }

        @Override
        public void secureAccepted(ChannelPipeline pipeline) {}

        @Override
        public Socket secure(Socket connected, PeerAddress address) {
          requirePlain(address);
          return connected;
        }

        private void requirePlain(PeerAddress address) {
          if (address.isTls()) {
            throw new IllegalArgumentException(
                "peer " + address + " expects TLS, for which this transport was not set up");
          }
        }
      };

  /** Prepares a connection that this member dialled. */
  void secureDialled(ChannelPipeline pipeline, PeerAddress address);

  /** Prepares a connection that this member accepted. */
  void secureAccepted(ChannelPipeline pipeline);

  /**
   * Prepares a blocking connection that this member dialled. Its read time-out is set, and covers
   * the handshake.
   *
   * @return what to read from and write to; closing it closes the connection
   */
  Socket secure(Socket connected, PeerAddress address) throws IOException;

  /**
   * What tells whoever dialled without TLS, in the peer protocol, why it is turned away. The caller
   * releases it.
   */
  static ByteBuf refusal(ByteBufAllocator allocator, String reason) {
    var frame = Handshake.refusal(reason);
    ByteBuf bytes = allocator.buffer(ControlFrames.LENGTH_BYTES + frame.getSerializedSize());
    ControlFrames.write(frame, bytes);
    return bytes;
  }
}
