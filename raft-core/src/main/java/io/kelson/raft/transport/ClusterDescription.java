package io.kelson.raft.transport;

import io.kelson.raft.transport.proto.Wire;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLException;

/**
 * Asks a running member, on its peer port, what its cluster tells those who want to join.
 *
 * <p>Whoever asks has no id yet and knows no cluster id, so this is not part of the conversation
 * between members.
 */
public final class ClusterDescription {
  private static final int MAX_BYTES = 1 << 20;

  private ClusterDescription() {}

  /**
   * Connects, asks and waits. Blocks; not for event loops.
   *
   * @param timeoutMillis for connecting, and again for the answer
   * @return what the other side's {@link NettyTransport#describeWith} supplied
   * @throws IOException if nobody is there, or whoever is there has no such answer
   */
  public static byte[] ask(PeerAddress peer, int timeoutMillis) throws IOException {
    return ask(peer, PeerSecurity.PLAINTEXT, timeoutMillis);
  }

  /** As {@link #ask(PeerAddress, int)}, over what that security makes of the connection. */
  public static byte[] ask(PeerAddress peer, PeerSecurity security, int timeoutMillis)
      throws IOException {
    try (Socket connected = new Socket()) {
      connected.connect(new InetSocketAddress(peer.host(), peer.port()), timeoutMillis);
      connected.setSoTimeout(timeoutMillis);
      return ask(security.secure(connected, peer));
    } catch (SSLException e) {
      // With TLS 1.3 this side's certificate is judged while it waits for the answer.
      throw new IOException("TLS failed: " + e.getMessage(), e);
    }
  }

  private static byte[] ask(Socket connected) throws IOException {
    try (Socket socket = connected) {
      Wire.Frame question =
          Wire.Frame.newBuilder()
              .setHello(
                  Wire.Hello.newBuilder()
                      .setProtocol(Handshake.PROTOCOL)
                      .setPurpose(Wire.Purpose.DESCRIPTION))
              .build();
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] bytes = question.toByteArray();
      out.writeInt(bytes.length);
      out.write(bytes);
      out.flush();
      return read(new DataInputStream(socket.getInputStream()));
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_BYTES) {
      throw new IOException("an answer of " + length + " bytes is none of the peer protocol");
    }
    Wire.Frame answer = Wire.Frame.parseFrom(in.readNBytes(length));
    if (answer.hasRefusal()) {
      throw new IOException(Handshake.reasonOf(answer.getRefusal()));
    }
    if (!answer.hasDescription()) {
      throw new IOException(answer.getBodyCase() + " where a description was due");
    }
    return answer.getDescription().getData().toByteArray();
  }
}
