package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
