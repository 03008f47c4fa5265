package io.kelson.examples.orchestrator.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a fleet keeps its number. */
class FleetTest {
  private final Map<String, CompletableFuture<Void>> ends = new HashMap<>();
  private final BlockingQueue<String> launched = new LinkedBlockingQueue<>();
  private final Fleet fleet = new Fleet("n", this::launch, Duration.ZERO, line -> {});

  private synchronized Fleet.Child launch(String name) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    ends.put(name, ended);
    launched.add(name);
    return new Fleet.Child() {
      @Override
      public CompletableFuture<?> ended() {
        return ended;
      }

      @Override
      public void stop() {
        ended.complete(null);
      }
    };
  }

  @Test
  void itGrowsAndShrinksFromTheYoungEnd() {
    fleet.resize(3);
    assertThat(fleet.names()).containsExactly("n-1", "n-2", "n-3");
    fleet.resize(1);
    assertThat(fleet.names()).containsExactly("n-1");
    assertThat(ends.get("n-3")).isDone();
    fleet.resize(2);
    assertThat(fleet.names()).containsExactly("n-1", "n-4");
  }

  @Test
  void theDeadAreReplacedUnderANewName() throws InterruptedException {
    fleet.resize(2);
    launched.clear();
    ends.get("n-1").complete(null);
    assertThat(launched.poll(30, TimeUnit.SECONDS)).isEqualTo("n-3");
    assertThat(fleet.names()).contains("n-2").doesNotContain("n-1");
  }

  @Test
  void closingStopsAllForGood() {
    fleet.resize(2);
    fleet.close();
    assertThat(ends.values()).allMatch(CompletableFuture::isDone);
    fleet.resize(2);
    assertThat(fleet.names()).isEmpty();
  }
}
