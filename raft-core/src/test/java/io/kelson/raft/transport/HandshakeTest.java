package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.raft.transport.RecordingListener.Event;
import io.kelson.raft.transport.RecordingListener.What;
import io.kelson.raft.transport.proto.Wire;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** Who is let in, who is not, and that both sides say why. */
class HandshakeTest {
  @Test
  void aMemberOfAnotherClusterIsRefusedAndBothSidesSaySo() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2, 0xbad, 0, options -> options)) {
      Member.introduce(one, two);
      String why = "cluster id mismatch: member 1 belongs to cluster c1, member 2 to cluster bad";

      Event atDialler = one.events().await(What.PEER_REFUSED);
      assertThat(atDialler.peer()).isEqualTo(2);
      assertThat(atDialler.detail()).contains(why);
      Event atAcceptor = two.events().await(What.INBOUND_REFUSED);
      assertThat(atAcceptor.peer()).isEqualTo(1);
      assertThat(atAcceptor.detail()).isEqualTo(atDialler.detail());
    }
  }

  @Test
  void anotherMemberThanTheOneWantedIsRefused() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      two.knows(1, one.port());
      one.knows(3, two.port());
      String why = "member 3 was wanted at this address, member 2 is there";

      Event atDialler = one.events().await(What.PEER_REFUSED);
      assertThat(atDialler.peer()).isEqualTo(3);
      assertThat(atDialler.detail()).contains(why);
      Event atAcceptor = two.events().await(What.INBOUND_REFUSED);
      assertThat(atAcceptor.peer()).isEqualTo(1);
      assertThat(atAcceptor.detail()).isEqualTo(atDialler.detail());
    }
  }

  @Test
  void aStrangerIsRefusedUntilItIsMadeAPeer() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      one.knows(2, two.port());
      assertThat(one.events().await(What.PEER_REFUSED).detail())
          .contains("member 1 is not among the members that 2 knows");
      assertThat(two.events().await(What.INBOUND_REFUSED).peer()).isEqualTo(1);

      two.knows(1, one.port());
      assertThat(one.events().await(What.CONNECTED).peer()).isEqualTo(2);
    }
  }

  @Test
  void anIdInUseOnBothSidesIsRefused() throws Exception {
    try (Member one = Member.start(1);
        RawConnection twin = RawConnection.to(one)) {
      twin.write(new Handshake(1, Member.CLUSTER).hello(1));
      assertThat(twin.read().getRefusal().getReason()).contains("in use by both sides");
      twin.awaitEnd();
    }
  }

  @Test
  void anotherProtocolVersionIsRefused() throws Exception {
    try (Member one = Member.start(1);
        RawConnection newer = RawConnection.to(one)) {
      newer.write(hello(7, Member.CLUSTER, 2, 1));
      assertThat(newer.read().getRefusal().getReason())
          .contains("member 2 speaks version 7, member 1 version 1");
      newer.awaitEnd();
    }
  }

  @Test
  void theAnswerIsCheckedToo() throws Exception {
    assertAnswerRefused(hello(Handshake.PROTOCOL, 0xbad, 2, 1), "cluster id mismatch");
    assertAnswerRefused(hello(Handshake.PROTOCOL, Member.CLUSTER, 3, 1), "member id mismatch");
    assertAnswerRefused(hello(Handshake.PROTOCOL, Member.CLUSTER, 2, 9), "member id mismatch");
    assertAnswerRefused(hello(2, Member.CLUSTER, 2, 1), "protocol mismatch");
    assertAnswerRefused(Handshake.refusal("bad\nluck"), "bad?luck");
    assertAnswerRefused(Handshake.refusal(""), "no reason given");
  }

  private static void assertAnswerRefused(Wire.Frame answer, String why) throws Exception {
    try (Member one = Member.start(1);
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      try (RawConnection connection = RawConnection.of(listener.accept())) {
        assertThat(connection.read().getHello().getTo()).isEqualTo(2);
        connection.write(answer);
        connection.awaitEnd();
      }
      Event refused = one.events().await(What.PEER_REFUSED);
      assertThat(refused.peer()).isEqualTo(2);
      assertThat(refused.detail()).contains(why);
    }
  }

  @Test
  void anAnswerOutOfTurnIsAFailure() throws IOException, InterruptedException {
    try (Member one = Member.start(1);
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      try (RawConnection connection = RawConnection.of(listener.accept())) {
        connection.write(Wire.Frame.newBuilder().setPong(Wire.Pong.newBuilder().setId(1)).build());
        connection.awaitEnd();
      }
      assertThat(one.events().await(What.DIAL_FAILED).detail()).contains("PONG");
    }
  }

  @Test
  void aPeerThatNeverAnswersIsGivenUp() throws IOException, InterruptedException {
    try (Member one =
            Member.start(1, Member.CLUSTER, 0, options -> options.connectTimeouts(2000, 20));
        ServerSocket listener = new ServerSocket(0, 1, Member.loopback(0).getAddress())) {
      one.knows(2, listener.getLocalPort());
      assertThat(one.events().await(What.DIAL_FAILED).detail())
          .isEqualTo("no handshake within 20 ms");
    }
  }

  private static Wire.Frame hello(int protocol, long cluster, long from, long to) {
    return Wire.Frame.newBuilder()
        .setHello(
            Wire.Hello.newBuilder()
                .setProtocol(protocol)
                .setClusterId(cluster)
                .setFrom(from)
                .setTo(to))
        .build();
  }
}
