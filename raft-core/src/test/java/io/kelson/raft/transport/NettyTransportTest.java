package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.Entry;
import io.kelson.raft.core.EntryType;
import io.kelson.raft.core.LogPosition;
import io.kelson.raft.core.Message;
import io.kelson.raft.transport.RecordingListener.What;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Members that talk to each other as they should. */
class NettyTransportTest {
  @Test
  void messagesArriveInTheOrderTheyWereSent() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      int count = 20_000;
      for (int i = 1; i <= count; i++) {
        one.transport().send(new Message.ReadIndexResponse(1, 2, 1, i, i));
        if (i % 1000 == 0) {
          one.transport().flush();
          assertReceived(two, i - 999, i);
        }
      }
      assertThat(one.events().bytesSent()).isLessThanOrEqualTo(two.events().bytesReceived());
    }
  }

  private static void assertReceived(Member member, int first, int last)
      throws InterruptedException {
    for (int i = first; i <= last; i++) {
      assertThat(member.receive()).isEqualTo(new Message.ReadIndexResponse(1, 2, 1, i, i));
    }
  }

  @Test
  void largeAppendsArriveWhole() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      for (int i = 0; i < 8; i++) {
        Message append = append(1, 2, i, 1 << 20);
        one.send(append);
        assertThat(two.receive()).isEqualTo(append);
      }
    }
  }

  @Test
  void threeMembersReachEachOther() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2);
        Member three = Member.start(3)) {
      Member[] all = {one, two, three};
      Member.introduce(all);
      for (Member member : all) {
        Set<Long> connected = new HashSet<>();
        connected.add(member.events().await(What.CONNECTED).peer());
        connected.add(member.events().await(What.CONNECTED).peer());
        assertThat(connected).hasSize(2).doesNotContain(member.id());
      }
      for (Member from : all) {
        for (Member to : all) {
          if (from != to) {
            Message message = new Message.TimeoutNow(from.id(), to.id(), 7);
            from.send(message);
            assertThat(to.receive()).isEqualTo(message);
          }
        }
      }
    }
  }

  @Test
  void aPeerThatComesBackIsReachedAgain() throws InterruptedException {
    try (Member one = Member.start(1)) {
      int port;
      try (Member two = Member.start(2)) {
        Member.introduce(one, two);
        port = two.port();
        one.events().await(What.CONNECTED);
      }
      assertThat(one.events().await(What.DISCONNECTED).peer()).isEqualTo(2);
      one.events().await(What.DIAL_FAILED);
      try (Member again = Member.start(2, Member.CLUSTER, port, options -> options)) {
        again.knows(1, one.port());
        one.events().await(What.CONNECTED);
        Message message = new Message.TimeoutNow(1, 2, 3);
        one.send(message);
        assertThat(again.receive()).isEqualTo(message);
      }
    }
  }

  @Test
  void theSecondAddressIsTriedWhenTheFirstFails() throws Exception {
    int deadPort;
    try (ServerSocket reserved = new ServerSocket(0)) {
      deadPort = reserved.getLocalPort();
    }
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      two.knows(1, one.port());
      one.transport()
          .setPeers(
              Map.of(
                  2L, List.of(Member.address(deadPort), new PeerAddress("localhost", two.port()))));
      assertThat(one.events().await(What.CONNECTED).peer()).isEqualTo(2);
    }
  }

  @Test
  void aRemovedPeerIsCutOffInBothDirections() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      two.events().await(What.CONNECTED);

      one.transport().setPeers(Map.of());

      assertThat(two.events().await(What.DISCONNECTED).peer()).isEqualTo(1);
      assertThat(two.events().await(What.PEER_REFUSED).detail()).contains("not among the members");
      one.send(new Message.TimeoutNow(1, 2, 3));
      assertThat(one.events().await(What.DROPPED).detail())
          .isEqualTo(DropReason.UNKNOWN_PEER.name());

      Member.introduce(one, two);
      assertThat(two.events().await(What.CONNECTED).peer()).isEqualTo(1);
    }
  }

  @Test
  void roundTripsAreMeasured() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2, Member.CLUSTER, 0, options -> options.pings(5, 1000))) {
      Member.introduce(one, two);
      for (int i = 0; i < 3; i++) {
        assertThat(two.events().await(What.ROUND_TRIP))
            .isEqualTo(new RecordingListener.Event(What.ROUND_TRIP, 1, ""));
      }
    }
  }

  @Test
  void messagesForAPeerThatIsAwayAreDropped() throws InterruptedException {
    try (Member one = Member.start(1)) {
      one.transport().setPeers(Map.of(2L, List.of()));
      one.send(new Message.TimeoutNow(1, 2, 3));
      assertThat(one.events().await(What.DROPPED))
          .isEqualTo(new RecordingListener.Event(What.DROPPED, 2, DropReason.NOT_CONNECTED.name()));
      assertThat(one.notSent()).containsExactly(new Message.TimeoutNow(1, 2, 3));
    }
  }

  @Test
  void aMessageThatCanNeverFitIsDroppedAndThoseAfterItAreSent() throws InterruptedException {
    try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.maxFrameBytes(8192));
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      Message large = append(1, 2, 0, 10_000);
      one.transport().send(large);
      Message small = new Message.TimeoutNow(1, 2, 3);
      one.send(small);
      assertThat(two.receive()).isEqualTo(small);
      assertThat(one.events().await(What.DROPPED).detail()).isEqualTo(DropReason.TOO_LARGE.name());
      assertThat(one.notSent().take()).isSameAs(large);
      assertThat(one.notSent()).isEmpty();
    }
  }

  @Test
  void aListenerThatThrowsHarmsNothing() throws InterruptedException {
    TransportListener broken =
        new TransportListener() {
          @Override
          public void peerConnected(long peer, SocketAddress address) {
            throw new IllegalStateException("broken listener");
          }

          @Override
          public void peerDisconnected(long peer, SocketAddress address, String reason) {
            throw new IllegalStateException("broken listener");
          }
        };
    RecordingListener events = new RecordingListener();
    List<TransportListener> both = List.of(broken, events);
    UnaryOperator<TransportOptions.Builder> tuning =
        options -> options.listener(TransportListener.all(both));
    try (Member one = Member.start(1, Member.CLUSTER, 0, tuning);
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      events.await(What.CONNECTED);
      two.transport().setPeers(Map.of());
      events.await(What.DISCONNECTED);
      Member.introduce(one, two);
      events.await(What.CONNECTED);
      one.send(new Message.TimeoutNow(1, 2, 3));
      assertThat(two.receive()).isEqualTo(new Message.TimeoutNow(1, 2, 3));
    }
  }

  @Test
  void whatWasFlushedBeforeCloseIsSent() throws InterruptedException {
    try (Member two = Member.start(2)) {
      try (Member one = Member.start(1)) {
        Member.introduce(one, two);
        one.events().await(What.CONNECTED);
        one.send(new Message.TimeoutNow(1, 2, 3));
      }
      assertThat(two.receive()).isEqualTo(new Message.TimeoutNow(1, 2, 3));
    }
  }

  @Test
  void oneCannotSendInTheNameOfAnother() {
    try (Member one = Member.start(1)) {
      assertThatThrownBy(() -> one.transport().send(new Message.TimeoutNow(3, 2, 1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aPortInUseIsReportedAndNothingIsLeftBehind() throws InterruptedException {
    try (Member one = Member.start(1)) {
      assertThatThrownBy(() -> Member.start(2, Member.CLUSTER, one.port(), options -> options))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(String.valueOf(one.port()))
          .hasMessageContaining("choose another");
    }
    assertNoThreadsLeft();
  }

  @Test
  void closeEndsTheThreadsAndMayBeRepeated() throws InterruptedException {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      assertThat(transportThreads()).isNotEmpty();
      one.transport().close();
      one.transport().close();
      one.send(new Message.TimeoutNow(1, 2, 3));
      assertThatThrownBy(() -> one.transport().start(message -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
    assertNoThreadsLeft();
  }

  @Test
  void lentEventLoopsAreLeftRunning() throws InterruptedException {
    var lent = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.eventLoops(lent));
          Member two = Member.start(2, Member.CLUSTER, 0, options -> options.eventLoops(lent))) {
        Member.introduce(one, two);
        one.events().await(What.CONNECTED);
        one.send(new Message.TimeoutNow(1, 2, 3));
        assertThat(two.receive()).isEqualTo(new Message.TimeoutNow(1, 2, 3));
      }
      assertThat(lent.isShuttingDown()).isFalse();
    } finally {
      lent.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void aPeerThatEndedIsSaidToBeGoneOnceForEachEnd() throws InterruptedException {
    try (Member one = Member.start(1)) {
      int port;
      try (Member two = Member.start(2)) {
        port = two.port();
        Member.introduce(one, two);
        one.events().await(What.CONNECTED);
        assertThat(one.gone()).isEmpty();
      }
      assertThat(one.gone().poll(RecordingListener.PATIENCE_SECONDS, TimeUnit.SECONDS))
          .isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        one.events().await(What.DIAL_FAILED);
      }
      assertThat(one.gone()).isEmpty();

      try (Member again = Member.start(2, Member.CLUSTER, port, options -> options)) {
        again.knows(1, one.port());
        one.events().await(What.CONNECTED);
      }
      assertThat(one.gone().poll(RecordingListener.PATIENCE_SECONDS, TimeUnit.SECONDS))
          .isEqualTo(2);
    }
  }

  /** It may only be starting; whoever waits for it has not lost it. */
  @Test
  void aPeerThatNeverCameIsNotGone() throws InterruptedException {
    try (Member one = Member.start(1)) {
      int port;
      try (Member two = Member.start(2)) {
        port = two.port();
      }
      one.knows(2, port);
      for (int i = 0; i < 3; i++) {
        one.events().await(What.DIAL_FAILED);
      }
      assertThat(one.gone()).isEmpty();
    }
  }

  @Test
  void closeCopesWithEventLoopsThatAreGone() throws InterruptedException {
    var lent = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.eventLoops(lent));
        Member two = Member.start(2)) {
      Member.introduce(one, two);
      one.events().await(What.CONNECTED);
      lent.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly();
      one.send(new Message.TimeoutNow(1, 2, 3));
      one.transport().close();
      assertThat(two.received()).isEmpty();
    }
  }

  @Test
  void closeMayBeCalledFromAnEvent() throws InterruptedException {
    CompletableFuture<NettyTransport> self = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    TransportListener closer =
        new TransportListener() {
          @Override
          public void peerConnected(long peer, SocketAddress address) {
            self.join().close();
            closed.complete(null);
          }
        };
    try (Member one = Member.start(1, Member.CLUSTER, 0, options -> options.listener(closer));
        Member two = Member.start(2)) {
      self.complete(one.transport());
      Member.introduce(one, two);
      assertThat(closed).succeedsWithin(RecordingListener.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    assertNoThreadsLeft();
  }

  static Message append(long from, long to, int round, int dataBytes) {
    Entry entry = new Entry(1, 1, EntryType.NORMAL, new byte[dataBytes]);
    return new Message.AppendRequest(from, to, 1, LogPosition.ZERO, List.of(entry), 0, round);
  }

  private static List<Thread> transportThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(EventLoops.THREAD_PREFIX))
        .toList();
  }

  /** A thread may take a moment to die after it said that it is done; one that goes on fails. */
  static void assertNoThreadsLeft() throws InterruptedException {
    for (Thread thread : transportThreads()) {
      thread.join(TimeUnit.SECONDS.toMillis(RecordingListener.PATIENCE_SECONDS));
    }
    assertThat(transportThreads()).isEmpty();
  }
}
