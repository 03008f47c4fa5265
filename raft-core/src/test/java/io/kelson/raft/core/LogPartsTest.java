package io.kelson.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pieces of the in-memory log, each against a plain list. */
class LogPartsTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void termRunsAnswerLikeAListOfTerms(long seed) {
    Random random = new Random(seed);
    long base = random.nextInt(5);
    LogPosition basePosition = base == 0 ? LogPosition.ZERO : new LogPosition(1, base);
    TermRuns runs = new TermRuns(basePosition, base, List.of());
    List<Long> model = new ArrayList<>(List.of(basePosition.term()));
    for (int n = 0; n < 2000; n++) {
      long lastTerm = model.get(model.size() - 1);
      if (random.nextInt(10) == 0) {
        int keep = 1 + random.nextInt(model.size());
        model.subList(keep, model.size()).clear();
        runs.truncateAfter(base + keep - 1);
      } else {
        long term = Math.max(1, lastTerm + (random.nextInt(4) == 0 ? random.nextInt(3) : 0));
        runs.append(term, base + model.size());
        model.add(term);
      }
      long index = base + random.nextInt(model.size());
      assertThat(runs.last()).isEqualTo(base + model.size() - 1);
      assertThat(runs.termAt(index)).isEqualTo(model.get((int) (index - base)));
      long limit = random.nextLong(lastTerm + 2);
      assertThat(runs.latestNotAbove(index, limit)).isEqualTo(naive(model, base, index, limit));
      if (index > base) {
        assertThat(runs.runEnd(index)).isEqualTo(naiveRunEnd(model, base, index));
      }
    }
  }

  private static LogPosition naive(List<Long> model, long base, long index, long limit) {
    for (long i = index; i > base; i--) {
      if (model.get((int) (i - base)) <= limit) {
        return new LogPosition(model.get((int) (i - base)), i);
      }
    }
    return new LogPosition(model.get(0), base);
  }

  private static long naiveRunEnd(List<Long> model, long base, long index) {
    long i = index;
    while (i - base < model.size()
        && model.get((int) (i - base)).equals(model.get((int) (index - base)))) {
      i++;
    }
    return i;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void windowAnswersLikeAList(long seed) {
    Random random = new Random(seed);
    EntryWindow window = new EntryWindow(8);
    List<Entry> model = new ArrayList<>();
    long lo = 8;
    for (int n = 0; n < 5000; n++) {
      int what = random.nextInt(20);
      if (what == 0) {
        long keepTo = lo - 1 + random.nextInt(model.size() + 1);
        window.truncateAfter(keepTo);
        model.subList((int) (keepTo - lo + 1), model.size()).clear();
      } else if (what == 1) {
        long limit = lo + random.nextInt(model.size() + 1);
        window.evict(limit, 500);
        while (bytes(model) > 500 && lo < limit) {
          model.remove(0);
          lo++;
        }
      } else {
        Entry entry =
            new Entry(1, lo + model.size(), EntryType.NORMAL, new byte[random.nextInt(40)]);
        window.append(entry);
        model.add(entry);
      }
      assertThat(window.lo()).isEqualTo(lo);
      assertThat(window.hi()).isEqualTo(lo + model.size());
      assertThat(window.sizeBytes()).isEqualTo(bytes(model));
      int from = random.nextInt(model.size() + 1);
      int to = from + random.nextInt(model.size() - from + 1);
      assertThat(window.slice(lo + from, lo + to)).isEqualTo(model.subList(from, to));
      if (from < to) {
        long fit = window.fitting(lo + from, lo + to, 150);
        List<Entry> fitted = model.subList(from, (int) (fit - lo));
        assertThat(fitted).isNotEmpty();
        assertThat(fitted.size() == 1 || bytes(fitted) <= 150).isTrue();
      }
    }
  }

  private static long bytes(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::sizeBytes).sum();
  }

  @Test
  void windowCutBeforeItsStartBeginsAnew() {
    EntryWindow window = new EntryWindow(8);
    window.append(Entry.noop(1, 8));
    window.truncateAfter(4);
    assertThat(window.lo()).isEqualTo(5);
    window.append(Entry.noop(2, 5));
    assertThat(window.get(5)).isEqualTo(Entry.noop(2, 5));
  }

  @Test
  void logTakesNoHolesAndNoFallingTerms() {
    EntryWindow window = new EntryWindow(1);
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> window.append(Entry.noop(1, 2)));
    TermRuns runs = new TermRuns(LogPosition.ZERO, 0, List.of());
    runs.append(3, 1);
    assertThatExceptionOfType(InvariantViolation.class).isThrownBy(() -> runs.append(2, 2));
    assertThatExceptionOfType(InvariantViolation.class).isThrownBy(() -> runs.termAt(2));
  }

  @Test
  void finishedWriteMakesEarlierOnesDurableToo() {
    WriteLedger writes = new WriteLedger();
    writes.issue(5, true);
    writes.issue(7, false);
    assertThat(writes.promisesFinished()).isFalse();
    assertThat(writes.finish(2)).isEqualTo(7);
    assertThat(writes.promisesFinished()).isTrue();
    assertThat(writes.isIdle()).isTrue();
    assertThat(writes.finish(1)).as("old news").isZero();
  }

  @Test
  void writeThatNobodyIssuedCannotFinish() {
    assertThatExceptionOfType(InvariantViolation.class)
        .isThrownBy(() -> new WriteLedger().finish(1));
  }
}
