package io.kelson.chaos.workload;

import io.kelson.chaos.check.AuthChecker;
import io.kelson.chaos.check.BankChecker;
import io.kelson.chaos.check.Checker;
import io.kelson.chaos.check.ConvergenceChecker;
import io.kelson.chaos.check.CounterChecker;
import io.kelson.chaos.check.FenceChecker;
import io.kelson.chaos.check.LeaseChecker;
import io.kelson.chaos.check.LinearizableChecker;
import io.kelson.chaos.check.ListAppendChecker;
import io.kelson.chaos.check.ReplayChecker;
import io.kelson.chaos.check.SetChecker;
import io.kelson.chaos.check.WatchChecker;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The checkers there are, by name. */
public final class Checkers {
  private static final Map<String, Checker> ALL =
      byName(
          List.of(
              new ReplayChecker(),
              new LinearizableChecker(),
              new WatchChecker(),
              new ConvergenceChecker(),
              new ListAppendChecker(ListAppendWorkload.LISTS),
              new SetChecker(SetWorkload.SET),
              new BankChecker(BankWorkload.ACCOUNTS, BankWorkload.TOTAL),
              new CounterChecker(CounterWorkload.COUNTER),
              new LeaseChecker(),
              new FenceChecker(),
              new InformerChecker(),
              new AuthChecker()));

  private Checkers() {}

  /** That checker, if it is there. */
  public static Optional<Checker> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** What there is. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(ALL.keySet());
  }

  /** Those checkers. */
  static Checker[] named(String... names) {
    return Stream.of(names).map(name -> find(name).orElseThrow()).toArray(Checker[]::new);
  }

  private static Map<String, Checker> byName(List<Checker> checkers) {
    Map<String, Checker> map = new TreeMap<>();
    checkers.forEach(checker -> map.put(checker.name(), checker));
    return map;
  }
}
