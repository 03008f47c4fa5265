package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.kelson.raft.transport.proto.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections for snapshots beside those for messages, on one port. */
@Timeout(60)
class SnapshotStreamsTest {
  private static Message timeoutNow(long from, long to) {
    return new Message.TimeoutNow(from, to, 3);
  }

  @Test
  void snapshotConnectionReplacesNoneAndIsReplacedByNone() throws Exception {
    try (Member a = Member.start(1);
        Member b = Member.start(2)) {
      BlockingQueue<Long> accepted = new LinkedBlockingQueue<>();
      b.transport().acceptWith((from, pipeline) -> accepted.add(from));
      Member.introduce(a, b);
      a.events().await(RecordingListener.What.CONNECTED);
      Channel first = a.transport().open(2, 0, pipeline -> {}).get(30, TimeUnit.SECONDS);
      Channel second = a.transport().open(2, 1, pipeline -> {}).get(30, TimeUnit.SECONDS);
      assertThat(accepted.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(accepted.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
      a.send(timeoutNow(1, 2));
      assertThat(b.receive()).isEqualTo(timeoutNow(1, 2));
      assertThat(first.isActive()).isTrue();
      assertThat(second.isActive()).isTrue();
      first.close().await();
      a.send(timeoutNow(1, 2));
      assertThat(b.receive()).isEqualTo(timeoutNow(1, 2));
      second.close().await();
    }
  }

  @Test
  void unknownPurposeIsRefusedByName() throws Exception {
    try (Member b = Member.start(2)) {
      b.knows(1, 1);
      try (RawConnection connection = RawConnection.to(b)) {
        Wire.Hello hello = new Handshake(1, Member.CLUSTER).hello(2).getHello();
        connection.write(
            Wire.Frame.newBuilder().setHello(hello.toBuilder().setPurposeValue(9)).build());
        assertThat(connection.read().getRefusal().getReason()).contains("purpose 9");
        connection.awaitEnd();
      }
    }
  }

  @Test
  void whatFollowsTheHelloAtOnceReachesTheNewHandlers() throws Exception {
    try (Member b = Member.start(2)) {
      BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
      b.transport()
          .acceptWith(
              (from, pipeline) ->
                  pipeline.addLast(
                      new SimpleChannelInboundHandler<ByteBuf>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
                          while (bytes.isReadable()) {
                            heard.add((int) bytes.readByte());
                          }
                        }
                      }));
      b.knows(1, 1);
      try (RawConnection connection = RawConnection.to(b)) {
        byte[] tail = new byte[3];
        new Random(1).nextBytes(tail);
        Wire.Frame hello = new Handshake(1, Member.CLUSTER).hello(2, Wire.Purpose.SNAPSHOT);
        byte[] frame = hello.toByteArray();
        byte[] all = new byte[4 + frame.length + tail.length];
        all[3] = (byte) frame.length;
        System.arraycopy(frame, 0, all, 4, frame.length);
        System.arraycopy(tail, 0, all, 4 + frame.length, tail.length);
        connection.write(all);
        for (byte each : tail) {
          assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo((int) each);
        }
        assertThat(connection.read().getHello().getPurpose()).isEqualTo(Wire.Purpose.SNAPSHOT);
      }
    }
  }
}
