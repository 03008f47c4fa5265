package io.kelson.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TransportOptionsTest {
  @Test
  void defaultsAreValid() {
    TransportOptions options = TransportOptions.builder(1, 2).build();
    assertThat(options.selfId()).isEqualTo(1);
    assertThat(options.clusterId()).isEqualTo(2);
    assertThat(options.eventLoops()).isNull();
  }

  @Test
  void whatCannotWorkIsRefusedByName() {
    assertRefused(options -> options.outbox(0, 1, 1), "outboxMaxMessages must be positive, not 0");
    assertRefused(options -> options.outbox(1, -5, 1), "outboxMaxBytes");
    assertRefused(options -> options.maxFrameBytes(100), "maxFrameBytes 100");
    assertRefused(options -> options.connectTimeouts(0, 1), "connectTimeoutMillis");
    assertRefused(options -> options.backoff(50, 40), "backoffMaxMillis 40");
    assertRefused(options -> options.pings(0, 1), "pingIntervalMillis");
    assertRefused(options -> options.pings(1000, 4).idleTimeout(1000), "idleTimeoutMillis 1000");
    assertRefused(options -> options.eventLoopThreads(0), "eventLoopThreads");
    assertRefused(options -> options.peers(Map.of(0L, List.of())), "member id 0");
    assertThatIllegalArgumentException().isThrownBy(TransportOptions.builder(0, 2)::build);
  }

  @Test
  void addressesAreChecked() {
    assertThatIllegalArgumentException().isThrownBy(() -> new PeerAddress("", 2380));
    assertThatIllegalArgumentException().isThrownBy(() -> new PeerAddress("a", 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new PeerAddress("a", 65_536));
    assertThat(new PeerAddress("::1", 2380)).hasToString("[::1]:2380");
    assertThat(new PeerAddress("a.example", 2380)).hasToString("a.example:2380");
  }

  private static void assertRefused(UnaryOperator<TransportOptions.Builder> tuning, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tuning.apply(TransportOptions.builder(1, 2)).build())
        .withMessageContaining(why);
  }
}
