package io.kelson.client.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who is chosen, and how an instance is written. */
class BalancersTest {
  private static final Instance A = Instance.of("a", "h:1");
  private static final Instance B = Instance.of("b", "h:2").withWeight(3);
  private static final Instance SHUT = Instance.of("c", "h:3").withWeight(0);

  private static String next(Balancer balancer) {
    try (Balancer.Pick pick = balancer.pick().orElseThrow()) {
      return pick.instance().id();
    }
  }

  @Test
  void roundRobinTakesTurnsAndSkipsWeightZero() {
    Balancer balancer = Balancers.roundRobin(() -> List.of(A, SHUT, B));
    assertThat(List.of(next(balancer), next(balancer), next(balancer)))
        .containsExactly("a", "b", "a");
  }

  @Test
  void randomReachesEverybody() {
    Balancer balancer = Balancers.random(() -> List.of(A, B, SHUT));
    Map<String, Integer> picks = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      picks.merge(next(balancer), 1, Integer::sum);
    }
    assertThat(picks).containsOnlyKeys("a", "b");
  }

  @Test
  void weightsAreSharesOfTheLoad() {
    Random random = new Random(42);
    Balancer balancer = Balancers.weighted(() -> List.of(A, B, SHUT), () -> random);
    Map<String, Integer> picks = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      picks.merge(next(balancer), 1, Integer::sum);
    }
    assertThat(picks).containsOnlyKeys("a", "b");
    assertThat(picks.get("a")).isBetween(850, 1150);
  }

  @Test
  void leastPendingLooksAtCallsUnderWayInProportionToWeight() {
    Balancer balancer = Balancers.leastPending(() -> List.of(A, B));
    Balancer.Pick first = balancer.pick().orElseThrow();
    assertThat(first.instance()).isEqualTo(A);
    List<Balancer.Pick> more =
        List.of(
            balancer.pick().orElseThrow(),
            balancer.pick().orElseThrow(),
            balancer.pick().orElseThrow());
    assertThat(more).extracting(Balancer.Pick::instance).containsOnly(B);
    first.close();
    first.close();
    assertThat(next(balancer)).isEqualTo("a");
  }

  @Test
  void nobodyIsChosenFromNobody() {
    assertThat(Balancers.random(List::of).pick()).isEmpty();
    assertThat(Balancers.leastPending(() -> List.of(SHUT)).pick()).isEmpty();
  }

  @Test
  void anInstanceIsReadAsItWasWritten() {
    Instance full =
        Instance.of("i-1", "[::1]:80").with("zone & more", "a=b").with("name", "ä").withWeight(7);
    assertThat(Instance.parse("i-1", full.text())).isEqualTo(full);
    assertThat(Instance.of("x", "h:1").text()).isEqualTo("address=h%3A1&weight=1");
    assertThat(Instance.parse("x", "address=h%3A1&new=thing")).isEqualTo(Instance.of("x", "h:1"));
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> Instance.parse("x", "{\"Addr\":\"h:1\"}")))
        .isNotNull();
  }
}
