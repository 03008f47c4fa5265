package io.kelson.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.history.History;
import io.kelson.chaos.nemesis.Nemesis;
import io.kelson.chaos.nemesis.Strike;
import io.kelson.chaos.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {
  private static final Verdict HELD =
      new Verdict("replay", Verdict.Outcome.HELD, "fine", List.of(), Map.of());
  private static final Verdict BROKEN =
      new Verdict("watch", Verdict.Outcome.BROKEN, "a gap", List.of("here"), Map.of());
  private static final Verdict UNDECIDED =
      new Verdict("linearizable", Verdict.Outcome.UNDECIDED, "too large", List.of(), Map.of());

  private static RunResult result(String nemesis, NemesisLoop loop, Verdict... verdicts) {
    return result("register", nemesis, loop, verdicts);
  }

  private static RunResult result(
      String workload, String nemesis, NemesisLoop loop, Verdict... verdicts) {
    RunSpec spec = RunSpec.of(workload, nemesis, 1);
    Findings findings = new Findings(spec, "now", Workloads.create(workload));
    findings.took(Samples.evidence());
    // One operation and one fenced write succeeded: a rate of 2000.
    findings.worked(0.001);
    findings.faults(loop);
    findings.judged(new Judge(List.of(verdicts), Map.of()));
    return findings.result("kelson");
  }

  private static NemesisLoop none() {
    return new NemesisLoop(Optional.empty(), null, new SplittableRandom(1), new History());
  }

  @Test
  void enoughWorkAndAVerdictPasses() {
    RunResult result = result("none", none(), HELD);
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.PASSED);
    assertThat(result.count("watch-events")).isEqualTo(1);
  }

  @Test
  void aBrokenPromiseFailsWhateverElseIsInDoubt() {
    RunResult result = result("none", none(), HELD, UNDECIDED, BROKEN);
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.FAILED);
    assertThat(result.reasons())
        .containsExactly("watch: a gap", "linearizable did not decide: too large");
  }

  @Test
  void aCheckerThatDidNotDecideIsNoPass() {
    assertThat(result("none", none(), HELD, UNDECIDED).outcome())
        .isEqualTo(RunResult.Outcome.INVALID);
  }

  @Test
  void aRunThatNobodyCheckedIsNoPass() {
    assertThat(result("none", none()).outcome()).isEqualTo(RunResult.Outcome.INVALID);
  }

  @Test
  void aWorkloadThatDidNotDoWhatItIsForIsNoPass() {
    RunResult result = result("slow-watch", "none", none(), HELD);
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.INVALID);
    assertThat(result.reasons())
        .singleElement()
        .asString()
        .startsWith("no member said that a watcher was behind");
    assertThat(result.counts()).containsEntry("slow-stalls", 0L);
  }

  @Test
  void faultsWithoutEffectAreNoPass() {
    RunResult result = result("pause", none(), HELD);
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.INVALID);
    assertThat(result.reasons()).singleElement().asString().startsWith("no fault took effect");
  }

  @Test
  void tooLittleWorkIsNoPass() {
    Findings findings =
        new Findings(RunSpec.of("register", "none", 1), "now", Workloads.create("register"));
    findings.took(Samples.evidence());
    findings.worked(10);
    findings.judged(new Judge(List.of(HELD), Map.of()));
    RunResult result = findings.result("kelson");
    assertThat(result.outcome()).isEqualTo(RunResult.Outcome.INVALID);
    assertThat(result.reasons())
        .containsExactly(
            "too little work: 0.2 successful calls a second without faults, 20.0 are the least");
  }

  @Test
  void aFaultIsAlwaysUndoneAndKeptWithItsProof() throws InterruptedException {
    List<String> done = new ArrayList<>();
    NemesisLoop loop =
        new NemesisLoop(
            Optional.of(new FakeNemesis(done)), null, new SplittableRandom(1), new History(), 0, 1);
    loop.start(() -> done.size() < 4).join();
    assertThat(done).containsExactly("declined", "strike", "end", "strike", "end");
    assertThat(loop.declined()).isEqualTo(1);
    assertThat(loop.windows()).extracting(FaultWindow::proof).containsExactly("seen", "seen");
    assertThat(result("fake", loop, HELD).outcome()).isEqualTo(RunResult.Outcome.PASSED);
  }

  @Test
  void whatAMemberMustNeverPrintIsFound(@TempDir Path directory) throws IOException {
    Path log = directory.resolve("m1.log");
    Files.writeString(
        log,
        """
        INFO member 3f is LEADER
        ERROR member 3f stops: java.io.IOException: No space left on device
        ERROR io.kelson.raft.core.InvariantViolation: commit went back
        """);
    List<String> all = new ArrayList<>();
    MemberLogs.scan(0, log, false, all);
    assertThat(all).hasSize(2).allMatch(line -> line.startsWith("member 0 printed: ERROR"));
    List<String> underDiskFaults = new ArrayList<>();
    MemberLogs.scan(0, log, true, underDiskFaults);
    assertThat(underDiskFaults).singleElement().asString().contains("InvariantViolation");
  }

  /** Declines once, then strikes; each fault is over at once. */
  private record FakeNemesis(List<String> done) implements Nemesis {
    @Override
    public String name() {
      return "fake";
    }

    @Override
    public String describe() {
      return "for a test";
    }

    @Override
    public Set<Ability> needs() {
      return Set.of();
    }

    @Override
    public Strike strike(ChaosCluster cluster, RandomGenerator random) {
      if (done.isEmpty()) {
        done.add("declined");
        throw new IllegalStateException("no leader");
      }
      done.add("strike");
      return new Strike() {
        @Override
        public String what() {
          return "nothing";
        }

        @Override
        public Duration lasting() {
          return Duration.ZERO;
        }

        @Override
        public Optional<String> end() {
          done.add("end");
          return Optional.of("seen");
        }
      };
    }
  }
}
