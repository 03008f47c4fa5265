package io.kelson.raft.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.core.Message;
import io.kelson.raft.transport.RecordingListener.Event;
import io.kelson.raft.transport.RecordingListener.What;
import io.kelson.raft.transport.proto.Wire;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others may do on the peer port, or fail to do, without harm to anybody else. */
class HostileConnectionTest {
  private static final Message FINE = new Message.TimeoutNow(2, 1, 3);

  @Test
  void anHttpRequestIsTurnedAway() throws Exception {
    assertTurnedAway("GET /version HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII), "exceeds");
  }

  @Test
  void aTlsHelloIsTurnedAway() throws Exception {
    assertTurnedAway(
        new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0}, "it speaks TLS, which this side does not");
  }

  @Test
  void aLongFirstFrameIsTurnedAwayAtItsLength() throws Exception {
    byte[] length = ByteBuffer.allocate(4).putInt(Handshake.MAX_FRAME_BYTES + 1).array();
    assertTurnedAway(length, "exceeds the limit of 4096 before the handshake");
  }

  @Test
  void aMessageWithoutHelloIsTurnedAway() throws Exception {
    assertTurnedAway(framed(WireMessages.encode(FINE)), "TIMEOUT_NOW where a hello was due");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24})
  void garbageIsTurnedAway(long seed) throws Exception {
    byte[] garbage = new byte[64];
    new Random(seed).nextBytes(garbage);
    System.arraycopy(new byte[] {0, 0, 0, 60, (byte) 0xff}, 0, garbage, 0, 5);
    assertTurnedAway(garbage, "not a frame of the peer protocol");
  }

  private static void assertTurnedAway(byte[] bytes, String why) throws Exception {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection stranger = RawConnection.to(one)) {
        stranger.write(bytes);
        stranger.awaitEnd();
      }
      Event refused = one.events().await(What.INBOUND_REFUSED);
      assertThat(refused.peer()).isZero();
      assertThat(refused.detail()).contains(why);
      assertStillServes(one);
    }
  }

  @Test
  void anOversizedFrameOfAPeerEndsItsConnection() throws Exception {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection peer = RawConnection.introduced(one, 2)) {
        peer.write((byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff);
        peer.awaitEnd();
      }
      Event closed = one.events().await(What.INBOUND_CLOSED);
      assertThat(closed.peer()).isEqualTo(2);
      assertThat(closed.detail())
          .contains("frame of 4294967295 bytes exceeds the limit of " + (64 << 20));
      assertStillServes(one);
    }
  }

  @Test
  void aMessageNoCorrectMemberSendsEndsTheConnection() throws Exception {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection peer = RawConnection.introduced(one, 2)) {
        peer.write(WireMessages.encode(FINE));
        assertThat(one.receive()).isEqualTo(FINE);
        peer.write(
            Wire.Frame.newBuilder()
                .setVoteRequest(Wire.VoteRequest.newBuilder().setTerm(4))
                .build());
        peer.awaitEnd();
      }
      assertThat(one.events().await(What.INBOUND_CLOSED).detail()).contains("last_log");
      assertThat(one.received()).isEmpty();
      assertStillServes(one);
    }
  }

  @Test
  void aFrameInManyPiecesIsPutTogether() throws Exception {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection peer = RawConnection.introduced(one, 2)) {
        for (byte piece : framed(WireMessages.encode(FINE))) {
          peer.write(piece);
        }
        assertThat(one.receive()).isEqualTo(FINE);
      }
    }
  }

  @Test
  void whoSaysNothingIsClosed() throws Exception {
    try (Member one =
            Member.start(1, Member.CLUSTER, 0, options -> options.connectTimeouts(2000, 20));
        RawConnection mute = RawConnection.to(one)) {
      mute.awaitEnd();
      assertStillServes(one);
    }
  }

  @Test
  void strangersAreBoundedInNumber() throws Exception {
    List<RawConnection> strangers = new ArrayList<>();
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      for (int i = 0; i < Acceptor.MAX_STRANGERS; i++) {
        strangers.add(RawConnection.to(one));
      }
      try (RawConnection oneTooMany = RawConnection.to(one)) {
        oneTooMany.awaitEnd();
      }
      // One that turns out to be a peer is no stranger any more and makes room for another.
      RawConnection first = strangers.get(0);
      first.write(new Handshake(2, Member.CLUSTER).hello(1));
      assertThat(first.read().hasHello()).isTrue();
      assertStillServes(one);
    } finally {
      for (RawConnection stranger : strangers) {
        stranger.close();
      }
    }
  }

  @Test
  void aSilentPeerIsClosed() throws Exception {
    try (Member one =
        Member.start(1, Member.CLUSTER, 0, options -> options.pings(10, 4).idleTimeout(30))) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection silent = RawConnection.introduced(one, 2)) {
        silent.awaitEnd();
      }
      assertThat(one.events().await(What.INBOUND_CLOSED).detail()).isEqualTo("silent for 30 ms");
    }
  }

  @Test
  void aNewerConnectionOfAPeerReplacesTheOlder() throws Exception {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      try (RawConnection older = RawConnection.introduced(one, 2);
          RawConnection newer = RawConnection.introduced(one, 2)) {
        older.awaitEnd();
        newer.write(WireMessages.encode(FINE));
        assertThat(one.receive()).isEqualTo(FINE);
      }
    }
  }

  @Test
  void aHandlerThatFailsCostsTheConnectionOnly() throws Exception {
    RecordingListener events = new RecordingListener();
    AtomicInteger calls = new AtomicInteger();
    try (NettyTransport transport =
        new NettyTransport(
            TransportOptions.builder(1, Member.CLUSTER)
                .listen(List.of(Member.loopback(0)))
                .peers(Map.of(2L, List.of()))
                .listener(events)
                .build())) {
      transport.start(
          message -> {
            if (calls.incrementAndGet() == 1) {
              throw new IllegalStateException("no room");
            }
          });
      int port = transport.boundAddresses().get(0).getPort();
      try (Member two = Member.start(2)) {
        two.knows(1, port);
        two.events().await(What.CONNECTED);
        two.send(FINE);
        assertThat(events.await(What.INBOUND_CLOSED).detail()).contains("no room");
        two.events().await(What.CONNECTED);
        two.send(FINE);
        events.await(What.INBOUND_ACCEPTED);
      }
      events.await(What.INBOUND_CLOSED);
      assertThat(calls).hasValue(2);
    }
  }

  @Test
  void aDialledPeerThatStopsAnsweringIsFound() throws IOException, InterruptedException {
    try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.pings(10, 3));
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      try (RawConnection deaf = answered(listener)) {
        assertThat(deaf.socket().isConnected()).isTrue();
        assertThat(one.events().await(What.DISCONNECTED).detail())
            .isEqualTo("no answer to 3 pings in a row");
      }
    }
  }

  @Test
  void aPeerThatDoesNotReadCostsItsOutboxAndNoMore() throws IOException, InterruptedException {
    int maxMessages = 8;
    try (Member one =
            Member.start(
                1,
                Member.CLUSTER,
                0,
                options -> options.outbox(maxMessages, 4 << 20, 2).pings(10_000, 4));
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      try (RawConnection deaf = answered(listener)) {
        one.events().await(What.CONNECTED);
        // Socket buffers take some, of a size that is the system's business, then it backs up.
        int limit = 100_000;
        int sent = 0;
        while (one.events().isEmpty() && sent < limit) {
          one.send(NettyTransportTest.append(1, 2, sent++, 512 << 10));
        }
        assertThat(sent).isLessThan(limit);
        assertThat(one.events().await(What.DROPPED).detail())
            .isEqualTo(DropReason.OUTBOX_FULL.name());
        assertThat(deaf.socket().isConnected()).isTrue();
      }
    }
  }

  @Test
  void anEndingConnectionGivesUpWhatWasQueued() throws IOException, InterruptedException {
    try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.outbox(8, 4 << 20, 2));
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      try (RawConnection leaving = answered(listener)) {
        one.events().await(What.CONNECTED);
        one.transport().send(new Message.TimeoutNow(1, 2, 3)); // never flushed
        leaving.socket().close();
      }
      assertThat(one.events().await(What.DROPPED).detail())
          .isEqualTo(DropReason.CONNECTION_LOST.name());
      assertThat(one.notSent().take()).isEqualTo(new Message.TimeoutNow(1, 2, 3));
    }
  }

  /** Accepts a connection as peer 2 and answers its hello. */
  private static RawConnection answered(ServerSocket listener) throws IOException {
    RawConnection connection = RawConnection.of(listener.accept());
    assertThat(connection.read().hasHello()).isTrue();
    connection.write(new Handshake(2, Member.CLUSTER).hello(1));
    return connection;
  }

  private static void assertStillServes(Member one) throws InterruptedException {
    try (Member two = Member.start(2)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      two.knows(1, one.port());
      two.events().await(What.CONNECTED);
      two.send(FINE);
      assertThat(one.receive()).isEqualTo(FINE);
    }
  }

  private static byte[] framed(Wire.Frame frame) {
    byte[] body = frame.toByteArray();
    return ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array();
  }
}
