package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/** A plain socket that can say things on the peer port that no member would. */
record RawConnection(Socket socket) implements AutoCloseable {
  static RawConnection to(Member member) throws IOException {
    return of(new Socket(Member.loopback(0).getAddress(), member.port()));
  }

  static RawConnection of(Socket socket) throws SocketException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(RecordingListener.PATIENCE_SECONDS));
    socket.setTcpNoDelay(true);
    return new RawConnection(socket);
  }

  /** A connection on which a member was already convinced to be talking to that peer. */
  static RawConnection introduced(Member member, long as) throws IOException {
    RawConnection connection = to(member);
    connection.write(new Handshake(as, Member.CLUSTER).hello(member.id()));
    assertThat(connection.read().getHello().getFrom()).isEqualTo(member.id());
    return connection;
  }

  void write(Wire.Frame frame) throws IOException {
    ByteBuf buffer = Unpooled.buffer();
    ControlFrames.write(frame, buffer);
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    write(bytes);
  }

  void write(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  Wire.Frame read() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return Wire.Frame.parseFrom(bytes);
  }

  /** Waits for the other side to close; what it still sends before is passed over. */
  void awaitEnd() throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // Not what is waited for.
      }
    } catch (SocketException reset) {
      // How a close looks when the other side had not read everything.
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
