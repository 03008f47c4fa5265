package io.kelson.examples.orchestrator.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.client.discovery.Instance;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Item.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each policy chooses, situation by situation. */
class PolicyTest {
  private static final NodeLoad A = new NodeLoad("a", 4, 2);
  private static final NodeLoad B = new NodeLoad("b", 4, 0);
  private static final NodeLoad C = new NodeLoad("c", 4, 3);
  private static final NodeLoad FULL = new NodeLoad("d", 4, 4);

  private static Item item(String id, long millis, int size, long submitted) {
    return new Item(id, Duration.ofMillis(millis), size, State.PENDING, "", submitted, submitted);
  }

  private static Situation situation(String lastNode, List<NodeLoad> nodes, Item... pending) {
    return new Situation(List.of(pending), List.of(), nodes, lastNode);
  }

  private static String choice(Policy policy, Situation now) {
    Optional<Placement> placement = policy.next(now);
    return placement.map(to -> to.item().id() + " to " + to.node()).orElse("nothing");
  }

  private static final Item OLD_LARGE = item("old", 900, 3, 1);
  private static final Item YOUNG_SHORT = item("young", 100, 1, 2);

  @Test
  void firstComeFirstServedTakesTheOldestToTheEmptiest() {
    assertThat(
            choice(
                new FirstComeFirstServed(),
                situation("", List.of(A, B, C), OLD_LARGE, YOUNG_SHORT)))
        .isEqualTo("old to b");
  }

  @Test
  void firstComeFirstServedLetsNobodyOvertake() {
    assertThat(
            choice(
                new FirstComeFirstServed(), situation("", List.of(A, C), OLD_LARGE, YOUNG_SHORT)))
        .isEqualTo("nothing");
  }

  @Test
  void shortestJobFirstTakesTheShortestToTheEmptiest() {
    assertThat(
            choice(new ShortestJobFirst(), situation("", List.of(A, B, C), OLD_LARGE, YOUNG_SHORT)))
        .isEqualTo("young to b");
  }

  @Test
  void shortestJobFirstTakesTheNextWhenTheShortestFindsNoRoom() {
    Item shortLarge = item("short-large", 50, 4, 3);
    assertThat(
            choice(
                new ShortestJobFirst(),
                situation("", List.of(A, C), OLD_LARGE, YOUNG_SHORT, shortLarge)))
        .isEqualTo("young to a");
  }

  @Test
  void shortestJobFirstTakesTheOlderOfTwo() {
    assertThat(
            choice(
                new ShortestJobFirst(),
                situation("", List.of(B), item("second", 10, 1, 6), item("first", 10, 1, 5))))
        .isEqualTo("first to b");
  }

  @Test
  void roundRobinGoesOnAfterTheLastAndBeginsAnew() {
    List<NodeLoad> nodes = List.of(A, B, C);
    assertThat(choice(new RoundRobin(), situation("", nodes, YOUNG_SHORT))).isEqualTo("young to a");
    assertThat(choice(new RoundRobin(), situation("a", nodes, YOUNG_SHORT)))
        .isEqualTo("young to b");
    assertThat(choice(new RoundRobin(), situation("c", nodes, YOUNG_SHORT)))
        .isEqualTo("young to a");
  }

  @Test
  void roundRobinPassesOverWhoIsFullOrGone() {
    assertThat(choice(new RoundRobin(), situation("a", List.of(A, C, FULL), item("two", 1, 2, 1))))
        .isEqualTo("two to a");
    assertThat(choice(new RoundRobin(), situation("bb", List.of(A, C, FULL), YOUNG_SHORT)))
        .isEqualTo("young to c");
  }

  @Test
  void bestFitLeavesTheLeastRoom() {
    assertThat(choice(new BestFit(), situation("", List.of(A, B, C), YOUNG_SHORT)))
        .isEqualTo("young to c");
    assertThat(choice(new BestFit(), situation("", List.of(A, B, C), item("two", 1, 2, 1))))
        .isEqualTo("two to a");
  }

  @Test
  void bestFitLetsTheSmallOvertake() {
    assertThat(choice(new BestFit(), situation("", List.of(A, C), OLD_LARGE, YOUNG_SHORT)))
        .isEqualTo("young to c");
  }

  @ParameterizedTest
  @EnumSource
  void nothingWithoutItemsNodesOrRoom(PolicyName name) {
    assertThat(choice(name.policy(), situation("", List.of(A, B)))).isEqualTo("nothing");
    assertThat(choice(name.policy(), situation("", List.of(), YOUNG_SHORT))).isEqualTo("nothing");
    assertThat(choice(name.policy(), situation("", List.of(FULL), YOUNG_SHORT)))
        .isEqualTo("nothing");
  }

  @ParameterizedTest
  @EnumSource
  void whatNoNodeCouldEverHoldStandsInNobodysWay(PolicyName name) {
    assertThat(choice(name.policy(), situation("", List.of(B), item("huge", 1, 5, 1), YOUNG_SHORT)))
        .isEqualTo("young to b");
  }

  @ParameterizedTest
  @EnumSource
  void aPolicyIsFoundByItsFlag(PolicyName name) {
    assertThat(PolicyName.of(name.toString())).isSameAs(name);
  }

  @Test
  void anUnknownFlagIsToldTheKnown() {
    assertThatThrownBy(() -> PolicyName.of("lifo")).hasMessageContaining("lifo", "fcfs");
  }

  @Test
  void aSituationKnowsLoadsAndOrphansAndTheOrderOfArrival() {
    Item running = new Item("r", Duration.ZERO, 2, State.ASSIGNED, "a", 1, 9);
    Item orphan = new Item("o", Duration.ZERO, 1, State.ASSIGNED, "gone", 2, 8);
    Item done = new Item("d", Duration.ZERO, 1, State.DONE, "a", 3, 7);
    Item first = item("z", 1, 1, 4);
    Item second = item("y", 1, 1, 5);
    Situation now =
        Situation.of(
            List.of(second, first, running, orphan, done),
            List.of(Instance.of("b", "h:1"), Instance.of("a", "h:2").with("capacity", "4")),
            "a");
    assertThat(now.pending()).containsExactly(first, second);
    assertThat(now.orphans()).containsExactly(orphan);
    assertThat(now.nodes()).containsExactly(new NodeLoad("a", 4, 2), new NodeLoad("b", 0, 0));
  }
}
