package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.history.LeaseRecord;
import io.kelson.chaos.history.Operation;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.history.WatchRecord;
import io.kelson.chaos.workload.JudgedWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Collects what is found during a run, and says what it comes to. For one thread. */
final class Findings {
  private final RunSpec spec;
  private final String startedAt;
  private final JudgedWorkload workload;
  private final List<String> violations = new ArrayList<>();
  private final List<String> doubts = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private List<Verdict> verdicts = List.of();
  private Map<String, String> skipped = Map.of();
  private List<FaultWindow> faults = List.of();
  private int declined;
  private double seconds;

  Findings(RunSpec spec, String startedAt, JudgedWorkload workload) {
    this.spec = spec;
    this.startedAt = startedAt;
    this.workload = workload;
  }

  /** A promise was broken. */
  void violated(String what) {
    violations.add(what);
  }

  /** The run says nothing. */
  void invalid(String why) {
    doubts.add(why);
  }

  void worked(double howLong) {
    this.seconds = howLong;
  }

  void faults(NemesisLoop loop) {
    faults = loop.windows();
    declined = loop.declined();
    loop.trouble().ifPresent(this::invalid);
  }

  void judged(Judge judge) {
    verdicts = judge.verdicts();
    skipped = judge.skipped();
  }

  /** Counts it. */
  void took(Evidence evidence) {
    for (Operation operation : evidence.operations()) {
      add(name(operation.status()), 1);
    }
    counts.put("operations", (long) evidence.operations().size());
    counts.put("watches", (long) evidence.watches().size());
    counts.put("log-revisions", (long) evidence.log().size());
    counts.put("lease-calls", (long) evidence.leases().size());
    counts.put("fenced-writes", (long) evidence.fencedWrites().size());
    evidence.log().forEach(batch -> add("log-events", batch.events().size()));
    evidence.watches().forEach(watch -> watch.items().forEach(this::count));
    for (LeaseRecord lease : evidence.leases()) {
      add("lease-" + name(lease.status()), 1);
    }
    counts.putAll(workload.counts());
  }

  private void count(WatchRecord.Item item) {
    if (item instanceof WatchRecord.Events events) {
      add("watch-events", events.events().size());
    }
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private void add(String name, long more) {
    counts.merge(name, more, Long::sum);
  }

  private double okPerSecond() {
    long work =
        counts.getOrDefault("ok", 0L)
            + counts.getOrDefault("lease-ok", 0L)
            + counts.getOrDefault("fenced-writes", 0L);
    return seconds == 0 ? 0 : work / seconds;
  }

  /**
   * The rate that is asked for: of the time without faults, a quarter of the run at least. While
   * all members are down nothing can succeed, and that is no reason to believe the run less.
   */
  private double okPerCalmSecond() {
    double struck = faults.stream().mapToLong(f -> f.endNanos() - f.startNanos()).sum() / 1e9;
    return okPerSecond() * seconds / Math.max(seconds - struck, seconds / 4);
  }

  RunResult result(String product) {
    List<String> reasons = new ArrayList<>(violations);
    for (Verdict verdict : verdicts) {
      if (verdict.outcome() == Verdict.Outcome.BROKEN) {
        reasons.add(verdict.checker() + ": " + verdict.summary());
      }
    }
    boolean broken = !reasons.isEmpty();
    reasons.addAll(doubts);
    for (Verdict verdict : verdicts) {
      if (verdict.outcome() == Verdict.Outcome.UNDECIDED) {
        reasons.add(verdict.checker() + " did not decide: " + verdict.summary());
      }
    }
    if (seconds > 0 && verdicts.stream().noneMatch(v -> v.outcome() == Verdict.Outcome.HELD)) {
      reasons.add("no checker says that anything held");
    }
    if (seconds > 0 && okPerCalmSecond() < workload.leastPerSecond()) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "too little work: %.1f successful calls a second without faults, %.1f are the least",
              okPerCalmSecond(),
              workload.leastPerSecond()));
    }
    if (seconds > 0) {
      workload.missed().ifPresent(reasons::add);
    }
    if (!spec.nemesis().equals(RunSpec.NO_NEMESIS)
        && faults.stream().noneMatch(FaultWindow::tookEffect)) {
      reasons.add(
          "no fault took effect: "
              + faults.size()
              + " were done, "
              + declined
              + " times the cluster was in no state for one");
    }
    RunResult.Outcome outcome =
        broken
            ? RunResult.Outcome.FAILED
            : reasons.isEmpty() ? RunResult.Outcome.PASSED : RunResult.Outcome.INVALID;
    return new RunResult(
        spec,
        product,
        startedAt,
        outcome,
        reasons,
        seconds,
        counts,
        okPerSecond(),
        verdicts,
        skipped,
        faults,
        declined);
  }
}
