package io.kelson.raft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.raft.core.CoreConfig;
import io.kelson.raft.membership.Configuration;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RaftNodeOptionsTest {
  private static RaftNodeOptions options() {
    CoreConfig core = CoreConfig.defaults(1, Configuration.of(List.of(1L, 2L, 3L)));
    return RaftNodeOptions.defaults(core, Duration.ofMillis(100), new Random(1));
  }

  @Test
  void readLeaseIsTheElectionTimeoutLessOneTickAndTheDrift() {
    assertThat(options().core().readLeaseNanos()).as("off unless asked for").isZero();
    assertThat(options().withReadLease(10).core().readLeaseNanos()).isEqualTo(810_000_000);
    assertThat(options().withReadLease(50).core().readLeaseNanos()).isEqualTo(450_000_000);
  }

  @Test
  void boundOnTheDriftHasBounds() {
    assertThatThrownBy(() -> options().withReadLease(0)).hasMessageContaining("between 1 and 50");
    assertThatThrownBy(() -> options().withReadLease(51)).hasMessageContaining("between 1 and 50");
  }
}
