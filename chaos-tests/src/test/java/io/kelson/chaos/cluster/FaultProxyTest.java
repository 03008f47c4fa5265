package io.kelson.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy between two members, 0 and 1, that are sockets of this test. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class FaultProxyTest {
  private static final int DIALLER = 0;
  private static final int TARGET = 1;

  private final Map<Integer, Integer> ports = new ConcurrentHashMap<>();
  private FaultProxy proxy;
  private ServerSocket target;
  private int door;

  @BeforeEach
  void open() throws IOException {
    target = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    proxy = new FaultProxy(2, 7, () -> (local, remote) -> member(local));
    door = proxy.listen(TARGET, target.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    target.close();
  }

  @Test
  void carriesBothWaysAndCountsEachForItself() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      send(dialled, 1, 2, 3);
      assertReceives(accepted, 1, 2, 3);
      send(accepted, 4);
      assertReceives(dialled, 4);
      assertThat(proxy.counts(DIALLER, TARGET).bytes()).isEqualTo(12);
      assertThat(proxy.counts(TARGET, DIALLER).bytes()).isEqualTo(4);
    }
  }

  @Test
  void carriesManyConnectionsToTheSameMember() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (Socket dialled = dial();
          Socket accepted = target.accept()) {
        send(dialled, i);
        assertReceives(accepted, i);
      }
    }
  }

  @Test
  void passesOnTheEndOfOneDirectionAndKeepsTheOther() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      send(dialled, 1);
      dialled.shutdownOutput();
      assertReceives(accepted, 1);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      send(accepted, 2);
      assertReceives(dialled, 2);
    }
  }

  @Test
  void blocksOneDirectionAndLosesNothing() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      send(dialled, 1);
      assertReceives(accepted, 1);
      long before = proxy.counts(DIALLER, TARGET).bytes();

      proxy.link(DIALLER, TARGET, LinkRule.BLOCKED);
      send(dialled, 2, 3);
      send(accepted, 4);
      assertReceives(dialled, 4);
      assertThat(proxy.counts(DIALLER, TARGET).bytes()).isEqualTo(before);

      proxy.openLinks();
      assertReceives(accepted, 2, 3);
    }
  }

  @Test
  void blocksTheDirectionTowardsTheOneWhoDialled() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      proxy.link(TARGET, DIALLER, LinkRule.BLOCKED);
      send(accepted, 1);
      send(dialled, 2);
      assertReceives(accepted, 2);
      assertThat(proxy.counts(TARGET, DIALLER).bytes()).isZero();
      proxy.link(TARGET, DIALLER, LinkRule.OPEN);
      assertReceives(dialled, 1);
    }
  }

  @Test
  void acceptsNewConnectionsOverABlockedLinkAndIsSilent() throws IOException {
    proxy.link(DIALLER, TARGET, LinkRule.BLOCKED);
    try (Socket dialled = dial()) {
      send(dialled, 1);
      assertThat(proxy.counts(DIALLER, TARGET).bytes()).isZero();
      proxy.openLinks();
      try (Socket accepted = target.accept()) {
        assertReceives(accepted, 1);
      }
    }
  }

  @Test
  void hidesTheEndOfAMemberBehindABlockedLink() throws IOException {
    Socket dialled = dial();
    try (Socket accepted = target.accept()) {
      proxy.link(DIALLER, TARGET, LinkRule.BLOCKED);
      send(dialled, 1);
      dialled.close();
      assertThat(accepted.getInputStream().available()).isZero();
      proxy.openLinks();
      assertReceives(accepted, 1);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void keepsTheOrderOfWhatItDelays() throws IOException {
    proxy.link(DIALLER, TARGET, new LinkRule(1, 20, 0, false, 0));
    int count = 300;
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      for (int i = 0; i < count; i++) {
        send(dialled, i);
      }
      DataInputStream in = new DataInputStream(accepted.getInputStream());
      for (int i = 0; i < count; i++) {
        assertThat(in.readInt()).isEqualTo(i);
      }
      assertThat(proxy.counts(DIALLER, TARGET).heldMillis()).isPositive();
    }
  }

  @Test
  void resetsInPlaceOfAChunk() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      send(dialled, 1);
      assertReceives(accepted, 1);
      proxy.link(DIALLER, TARGET, new LinkRule(0, 0, 0, false, 1));
      send(dialled, 2);
      assertThatThrownBy(() -> accepted.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThatThrownBy(() -> dialled.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThat(proxy.counts(DIALLER, TARGET).resets()).isOne();
    }
  }

  @Test
  void closesOneDirectionForItsReceiverInPlaceOfAChunk() throws IOException {
    try (Socket dialled = dial();
        Socket accepted = target.accept()) {
      send(dialled, 1);
      assertReceives(accepted, 1);
      proxy.link(DIALLER, TARGET, new LinkRule(0, 0, 0, false, 0, 1));
      send(dialled, 2);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      assertThat(proxy.counts(DIALLER, TARGET).halfCloses()).isOne();
      // Its sender has not heard of it, and the other direction goes on.
      proxy.openLinks();
      send(dialled, 3);
      send(accepted, 4);
      assertReceives(dialled, 4);
      accepted.shutdownOutput();
      assertThat(dialled.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void turnsAwayWhoIsNoMember() throws IOException {
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), door)) {
      assertThatThrownBy(() -> stranger.getInputStream().read())
          .isInstanceOf(SocketException.class);
      assertThat(proxy.strangers()).isOne();
    }
  }

  @Test
  void resetsWhoDialsAMemberThatDoesNotListen() throws IOException {
    target.close();
    try (Socket dialled = dial()) {
      assertThatThrownBy(() -> dialled.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aThrottledLinkTakesItsTimeForEachByte() {
    Link link = new Link(new SplittableRandom(1));
    link.setRule(new LinkRule(0, 0, 1_000, false, 0), 0);
    assertThat(link.dueNanos(0, 500)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(link.dueNanos(0, 250)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(750));
    assertThat(link.dueNanos(TimeUnit.SECONDS.toNanos(9), 1_000))
        .isEqualTo(TimeUnit.SECONDS.toNanos(10));
  }

  @Test
  void theSameSeedDrawsTheSameDelays() {
    Link one = new Link(new SplittableRandom(42));
    Link other = new Link(new SplittableRandom(42));
    LinkRule rule = new LinkRule(10, 100, 0, false, 0.5);
    one.setRule(rule, 0);
    other.setRule(rule, 0);
    for (int i = 0; i < 100; i++) {
      assertThat(one.drawReset()).isEqualTo(other.drawReset());
      assertThat(one.dueNanos(i, 10)).isEqualTo(other.dueNanos(i, 10));
    }
  }

  @Test
  void findsTheProcessThatHoldsASocket() throws IOException {
    SocketOwners owners = new SocketOwners(() -> Map.of(ProcessHandle.current().pid(), 3));
    try (Socket mine = new Socket(InetAddress.getLoopbackAddress(), target.getLocalPort())) {
      assertThat(owners.look().memberOf(mine.getLocalPort(), mine.getPort())).hasValue(3);
      assertThat(owners.look().memberOf(mine.getLocalPort(), 1)).isEmpty();
      SocketOwners nobodys = new SocketOwners(Map::of);
      assertThat(nobodys.look().memberOf(mine.getLocalPort(), mine.getPort())).isEmpty();
    }
  }

  @Test
  void findsTheChildThatHoldsASocket() throws Exception {
    String dial = "exec 3<>/dev/tcp/127.0.0.1/" + target.getLocalPort() + "; read line <&3";
    Process launcher = new ProcessBuilder("bash", "-c", "bash -c '" + dial + "'; true").start();
    try (Socket accepted = target.accept()) {
      SocketOwners owners = new SocketOwners(() -> Map.of(launcher.pid(), 5));
      assertThat(owners.look().memberOf(accepted.getPort(), target.getLocalPort())).hasValue(5);
    }
    assertThat(launcher.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private OptionalInt member(int localPort) {
    Integer member = ports.get(localPort);
    return member == null ? OptionalInt.empty() : OptionalInt.of(member);
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ports.put(socket.getLocalPort(), DIALLER);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door));
    return socket;
  }

  private static void send(Socket socket, int... numbers) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    for (int number : numbers) {
      out.writeInt(number);
    }
    out.flush();
  }

  private static void assertReceives(Socket socket, int... numbers) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    for (int number : numbers) {
      assertThat(in.readInt()).isEqualTo(number);
    }
  }
}
