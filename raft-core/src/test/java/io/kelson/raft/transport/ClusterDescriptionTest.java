package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What members tell those who are none yet, or none any more. */
class ClusterDescriptionTest {
  private static final int PATIENCE_MILLIS = 60_000;

  @Test
  void whoeverAsksIsToldWithoutBeingAMember() throws IOException {
    byte[] large = new byte[100_000];
    large[99_999] = 1;
    try (Member member = Member.start(1)) {
      member.transport().describeWith(() -> large);
      assertThat(ClusterDescription.ask(Member.address(member.port()), PATIENCE_MILLIS))
          .isEqualTo(large);
    }
  }

  @Test
  void aMemberThatKnowsNothingYetSaysSo() {
    try (Member member = Member.start(1)) {
      assertThatThrownBy(
              () -> ClusterDescription.ask(Member.address(member.port()), PATIENCE_MILLIS))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is starting");
    }
  }

  @Test
  void aPeerWithTlsIsNotAskedInTheClear() {
    try (Member member = Member.start(1)) {
      PeerAddress plain = Member.address(member.port());
      assertThatThrownBy(
              () ->
                  ClusterDescription.ask(
                      new PeerAddress(plain.host(), plain.port(), true), PATIENCE_MILLIS))
          .hasMessageContaining("expects TLS");
    }
  }

  @Test
  void aDiallerWithTlsIsRecognised() throws Exception {
    CompletableFuture<String> refused = new CompletableFuture<>();
    TransportListener listener =
        new TransportListener() {
          @Override
          public void inboundRefused(long peer, SocketAddress address, String reason) {
            refused.complete(reason);
          }
        };
    try (Member member = Member.start(1, Member.CLUSTER, 0, options -> options.listener(listener));
        Socket socket = new Socket("127.0.0.1", member.port())) {
      // How every TLS connection begins: a handshake record, and a version.
      socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc});
      assertThat(refused.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).contains("it speaks TLS");
    }
  }

  @Test
  void aRemovedMemberIsToldWhenItDials() throws Exception {
    CompletableFuture<Long> told = new CompletableFuture<>();
    TransportListener listener =
        new TransportListener() {
          @Override
          public void removedFromCluster(long peer) {
            told.complete(peer);
          }
        };
    try (Member staying = Member.start(1);
        Member removed =
            Member.start(2, Member.CLUSTER, 0, options -> options.listener(listener))) {
      staying.transport().setPeers(Map.of());
      staying.transport().setRemoved(Set.of(2L));
      removed.transport().setPeers(Map.of(1L, List.of(Member.address(staying.port()))));
      assertThat(told.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(1);
    }
  }
}
