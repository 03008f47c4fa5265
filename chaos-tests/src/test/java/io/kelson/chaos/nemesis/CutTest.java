package io.kelson.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kelson.chaos.nemesis.Cut.Way;
import io.kelson.chaos.nemesis.Witness.View;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CutTest {
  private static final View VIEW = new View(OptionalInt.of(1), 3);

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 7})
  void halvesAreAMajorityAndTheRest(int members) {
    Cut cut = Cut.halves(members, VIEW, new SplittableRandom(members));
    Set<Set<Integer>> sides =
        IntStream.range(0, members)
            .mapToObj(m -> reached(cut, members, m))
            .collect(Collectors.toSet());
    assertThat(sides).hasSize(2);
    assertThat(sides.stream().mapToInt(Set::size).max()).hasValue(members - members / 2);
  }

  @Test
  void theLeaderIsCutOffBothWaysAndTheOthersAreNot() {
    assertThat(Cut.leader(3, VIEW, new SplittableRandom(1)).links())
        .containsExactlyInAnyOrder(way(1, 0), way(1, 2), way(0, 1), way(2, 1));
  }

  @Test
  void theFollowerCutOffIsNeverTheLeader() {
    for (int seed = 0; seed < 50; seed++) {
      Cut cut = Cut.follower(3, VIEW, new SplittableRandom(seed));
      assertThat(reached(cut, 3, 1)).as("reached from the leader").hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 6})
  void overABridgeOneMemberReachesAll(int members) {
    Cut cut = Cut.bridge(members, VIEW, new SplittableRandom(members));
    long all =
        IntStream.range(0, members).filter(m -> reached(cut, members, m).size() == members).count();
    assertThat(all).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 7, 9})
  void inARingEachReachesAnotherMajority(int members) {
    Cut cut = Cut.ring(members, VIEW, new SplittableRandom(members));
    Set<Set<Integer>> seen = new HashSet<>();
    for (int member = 0; member < members; member++) {
      Set<Integer> reached = reached(cut, members, member);
      assertThat(2 * reached.size()).isGreaterThan(members);
      seen.add(reached);
    }
    assertThat(seen).hasSize(members);
  }

  @Test
  void ofThreeTheRingGoesRoundOneWay() {
    Cut cut = Cut.ring(3, VIEW, new SplittableRandom(4));
    assertThat(cut.links()).hasSize(3);
    assertThat(cut.links().stream().map(Way::from)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(cut.links())
        .allSatisfy(w -> assertThat(cut.links()).doesNotContain(way(w.to(), w.from())));
  }

  @Test
  void oneWayClosesEitherDirectionOfTheLeaderNeverBoth() {
    Set<List<Way>> seen = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      seen.add(Cut.oneWay(3, VIEW, new SplittableRandom(seed)).links());
    }
    assertThat(seen)
        .containsExactlyInAnyOrder(List.of(way(0, 1), way(2, 1)), List.of(way(1, 0), way(1, 2)));
  }

  @Test
  void whatIsNotCutIsTheRest() {
    Cut cut = Cut.leader(4, VIEW, new SplittableRandom(1));
    assertThat(cut.others(4)).hasSize(6).doesNotContainAnyElementsOf(cut.links());
  }

  @Test
  void everyNemesisHasANameOfItsOwnAndAnUnknownOneIsRefused() {
    Nemeses nemeses = Nemeses.lasting(Lasting.SHORT);
    assertThat(nemeses.all())
        .extracting(Nemesis::name)
        .doesNotHaveDuplicates()
        .contains("none", "swarm");
    assertThat(nemeses.named("bridge").describe()).isNotBlank();
    assertThatThrownBy(() -> nemeses.named("flood"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("isolate-leader");
  }

  private static Way way(int from, int to) {
    return new Way(from, to);
  }

  /** Whom a member reaches without a detour, itself among them. */
  private static Set<Integer> reached(Cut cut, int members, int from) {
    return IntStream.range(0, members)
        .filter(to -> !cut.links().contains(way(from, to)))
        .boxed()
        .collect(Collectors.toSet());
  }
}
