package io.kelson.bench.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.bench.Interval;
import io.kelson.bench.Ratios;
import io.kelson.bench.scenario.Row.Unit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundTest {
  private static final List<Reading> FIRST = List.of(Reading.of(100), Reading.of(200));

  @Test
  void secondSideIsHeldAgainstTheFirstPairByPair() {
    Bound half = Bound.ofOther(0.5);
    List<Reading> little = List.of(Reading.of(40), Reading.of(100));
    assertThat(half.judge(Unit.MEBIBYTES, FIRST, little))
        .as("0.4 and 0.5")
        .isEqualTo(new Bound.Outcome("<= 0.5x", 0.45, Interval.NONE, true, "yes, 0.45x"));
    List<Reading> much = List.of(Reading.of(60), Reading.of(120));
    assertThat(half.judge(Unit.MEBIBYTES, FIRST, much).reached()).isFalse();
    assertThat(Bound.ofOther(1).judge(Unit.MEBIBYTES, FIRST, FIRST))
        .as("as much is not more")
        .isEqualTo(new Bound.Outcome("<= 1x", 1, Interval.NONE, true, "yes, 1.00x"));
  }

  @Test
  void secondSideIsHeldAgainstItselfWhenIdle() {
    Bound bound = Bound.ofOwnIdle(1.3);
    List<Reading> steady = List.of(disturbed(2.4, 2));
    assertThat(bound.judge(Unit.MILLISECONDS, List.of(disturbed(1, 1)), steady))
        .as("that the first side is quicker does not count")
        .isEqualTo(
            new Bound.Outcome("<= 1.3x of its own idle", 1.2, Interval.NONE, true, "yes, 1.20x"));
    assertThat(bound.judge(Unit.MILLISECONDS, steady, List.of(disturbed(1.4, 1))).reached())
        .isFalse();
  }

  @Test
  void secondSideIsHeldAgainstNumber() {
    Bound second = Bound.absolute(1);
    assertThat(second.judge(Unit.SECONDS, FIRST, List.of(Reading.of(0.8), Reading.of(1))))
        .isEqualTo(new Bound.Outcome("<= 1.00 s", 0.9, Interval.NONE, true, "yes, 0.90 s"));
    assertThat(second.judge(Unit.SECONDS, FIRST, List.of(Reading.of(1.2))).reached()).isFalse();
  }

  @Test
  void figureThatIsNotThereReachesNothing() {
    for (Bound bound : List.of(Bound.ofOther(1), Bound.ofOwnIdle(1), Bound.absolute(1))) {
      assertThat(bound.judge(Unit.SECONDS, List.of(), List.of()).reached()).isFalse();
    }
    assertThat(Bound.ofOwnIdle(1.3).judge(Unit.SECONDS, FIRST, List.of(Reading.of(3))).reached())
        .as("nothing to be held against")
        .isFalse();
    assertThat(Bound.ofOther(1).judge(Unit.SECONDS, List.of(Reading.of(0)), FIRST).reached())
        .isFalse();
  }

  @Test
  void onePairHasIntervalsFromItsParts() {
    List<Reading> slow = List.of(Reading.of(List.of(4.0, 4.0, 4.0), Ratios::median));
    List<Reading> quick = List.of(Reading.of(List.of(1.0, 2.0, 3.0), Ratios::median));
    Bound.Outcome half = Bound.ofOther(0.5).judge(Unit.SECONDS, slow, quick);
    assertThat(half.interval()).isEqualTo(new Interval(0.25, 0.75, true));
    assertThat(half.text()).isEqualTo("yes, 0.50x (0.25-0.75 within)");
    assertThat(Bound.absolute(2).judge(Unit.SECONDS, slow, quick).text())
        .isEqualTo("yes, 2.00 s (1.00-3.00 within)");
    Reading calm = disturbed(6, 3).with(random -> 6, random -> 2 + random.nextInt(2));
    assertThat(Bound.ofOwnIdle(2).judge(Unit.MILLISECONDS, List.of(calm), List.of(calm)).text())
        .isEqualTo("yes, 2.00x (2.00-3.00 within)");
  }

  @Test
  void whatWasReadOnceHasNoInterval() {
    List<Reading> slow = List.of(Reading.of(List.of(4.0, 4.0), Ratios::median));
    List<Reading> once = List.of(Reading.of(List.of(2.0), Ratios::median));
    assertThat(Bound.ofOther(1).judge(Unit.SECONDS, slow, once).interval())
        .isEqualTo(Interval.NONE);
  }

  private static Reading disturbed(double value, double idle) {
    return new Reading(value, idle, Map.of(), List.of(), Map.of());
  }
}
