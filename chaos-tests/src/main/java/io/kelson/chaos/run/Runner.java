package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.cluster.Ability;
import io.kelson.chaos.cluster.ChaosCluster;
import io.kelson.chaos.history.Status;
import io.kelson.chaos.nemesis.Nemeses;
import io.kelson.chaos.nemesis.Nemesis;
import io.kelson.chaos.workload.JudgedWorkload;
import io.kelson.chaos.workload.Workloads;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Does one run: starts a cluster, lets clients work while faults are done to it, heals it, reads
 * what every member holds, and has the checkers judge. For one thread.
 */
public final class Runner {
  private static final Duration START_BOUND = Duration.ofSeconds(60);

  /** Healed, a cluster needs an election or two, and a snapshot's transfer. */
  private static final Duration HEAL_BOUND = Duration.ofSeconds(60);

  private static final Duration CATCH_UP_BOUND = Duration.ofSeconds(60);

  /** How long clients go on after the cluster is whole again. */
  private static final int AFTER_HEALING_MILLIS = 1_000;

  private static final int STEP_MILLIS = 20;
  private static final long PROGRESS_NANOS = 2_000_000_000L;
  private static final Set<Ability> DISK_TROUBLE =
      EnumSet.of(Ability.SYNC_FAULTS, Ability.FULL_DISK, Ability.POWER);

  private final ClusterFactory clusters;
  private final Consumer<String> progress;

  Runner(ClusterFactory clusters, Consumer<String> progress) {
    this.clusters = clusters;
    this.progress = progress;
  }

  /** One for clusters of real servers; {@code progress} gets a line every two seconds. */
  public static Runner onRealServers(Consumer<String> progress) {
    return new Runner(new Clusters(), progress);
  }

  /**
   * Does it and keeps everything below {@code directory}: {@code result.json}, {@code report.html},
   * the history, the members' logs, and unless it passed their data.
   *
   * @param directory absent or empty
   * @throws IllegalArgumentException if there is no such workload or nemesis
   */
  public RunResult run(RunSpec spec, Path directory) throws InterruptedException {
    JudgedWorkload workload = Workloads.create(spec.workload());
    Optional<Nemesis> nemesis = NemesisCatalogue.find(spec.nemesis(), spec.duration());
    String startedAt = Instant.now().toString();
    Artefacts artefacts = Artefacts.in(directory);
    Set<Ability> needs = nemesis.map(Nemesis::needs).orElse(Set.of());
    RunResult result;
    try (ChaosCluster cluster = clusters.create(spec, artefacts.cluster(), needs)) {
      Optional<String> missing = nemesis.flatMap(n -> Nemeses.missing(n, cluster));
      result =
          missing.isPresent()
              ? RunResult.skipped(spec, startedAt, missing.get())
              : run(new Attempt(spec, workload, nemesis, cluster, startedAt), artefacts);
    } catch (UnavailableException e) {
      result = RunResult.skipped(spec, startedAt, e.getMessage());
    }
    artefacts.keep(result);
    return result;
  }

  /** What one run has at hand. */
  private record Attempt(
      RunSpec spec,
      JudgedWorkload workload,
      Optional<Nemesis> nemesis,
      ChaosCluster cluster,
      String startedAt) {
    /** Whether members may lose their disks: only if they were laid out for it. */
    boolean disksFail() {
      return DISK_TROUBLE.stream().anyMatch(trouble -> cluster.missing(trouble).isEmpty());
    }
  }

  private RunResult run(Attempt attempt, Artefacts artefacts) throws InterruptedException {
    Findings findings = new Findings(attempt.spec(), attempt.startedAt(), attempt.workload());
    try {
      progress.accept("starting " + attempt.spec().members() + " members");
      attempt.cluster().startAll(START_BOUND);
    } catch (RuntimeException e) {
      findings.invalid("the cluster did not start: " + e.getMessage());
      return findings.result(attempt.cluster().product());
    }
    try (WholeLog log = WholeLog.open(attempt.cluster().endpoints(), Workloads.PREFIX);
        RunSession session = new RunSession(attempt.spec(), attempt.cluster(), log)) {
      attempt.workload().prepare(session);
      log.currentRevision(); // If members ask for credentials now, it gets them before any fault.
      work(attempt, session, findings);
      attempt.workload().finish(session);
      Evidence evidence = gather(attempt, session, log, findings);
      artefacts.keep(evidence);
      findings.took(evidence);
      progress.accept(
          "checking " + evidence.operations().size() + " operations, " + log.events() + " events");
      findings.judged(Judge.judge(attempt.workload(), evidence));
    } catch (RuntimeException e) {
      findings.invalid("the harness failed: " + e);
    }
    MemberLogs.violations(attempt.cluster(), attempt.disksFail()).forEach(findings::violated);
    return findings.result(attempt.cluster().product());
  }

  private void work(Attempt attempt, RunSession session, Findings findings)
      throws InterruptedException {
    NemesisLoop loop =
        new NemesisLoop(
            attempt.nemesis(),
            attempt.cluster(),
            RunSession.randomOf(attempt.spec().seed(), -1),
            session.history());
    long start = System.nanoTime();
    long end = start + attempt.spec().duration().toNanos();
    Clients clients = Clients.start(attempt.workload(), session, attempt.spec().clients());
    Thread faults = loop.start(() -> System.nanoTime() < end);
    long nextLine = start + PROGRESS_NANOS;
    while (System.nanoTime() < end || faults.isAlive()) {
      Thread.sleep(STEP_MILLIS);
      if (System.nanoTime() > nextLine) {
        nextLine += PROGRESS_NANOS;
        progress.accept(line(attempt.spec(), start, session, loop));
      }
    }
    faults.join();
    heal(attempt, findings);
    Thread.sleep(AFTER_HEALING_MILLIS);
    session.stop();
    findings.worked((System.nanoTime() - start) / 1e9);
    clients.join().forEach(findings::invalid);
    findings.faults(loop);
  }

  /** Clients go on meanwhile. A healed cluster that does not become healthy breaks a promise. */
  private void heal(Attempt attempt, Findings findings) {
    progress.accept("healing");
    ChaosCluster cluster = attempt.cluster();
    for (int member = 0; member < cluster.size(); member++) {
      if (cluster.endedByItself(member)) {
        findings.violated(
            "member " + member + " ended by itself; its log is " + cluster.log(member));
      }
      if (!cluster.isRunning(member)) {
        cluster.start(member);
      }
    }
    try {
      cluster.openLinks();
      cluster.awaitHealthy(HEAL_BOUND);
    } catch (UnsupportedOperationException e) {
      cluster.awaitHealthy(HEAL_BOUND);
    } catch (RuntimeException | AssertionError e) {
      findings.violated(
          "healed, the cluster was not healthy after "
              + HEAL_BOUND.toSeconds()
              + " s: "
              + e.getMessage());
    }
  }

  private static Evidence gather(
      Attempt attempt, RunSession session, WholeLog log, Findings findings)
      throws InterruptedException {
    Thread.sleep(attempt.workload().settles().toMillis());
    long last = log.currentRevision();
    if (!log.await(last, CATCH_UP_BOUND)) {
      findings.invalid(
          "the watch of the log came to revision "
              + log.revision()
              + " of "
              + last
              + (log.ended() == null ? "" : " and ended: " + log.ended().text()));
    }
    Map<String, Evidence.FinalState> finals = Map.of();
    try {
      finals = Finals.read(attempt.cluster(), session.prefix(), last, CATCH_UP_BOUND);
    } catch (IllegalStateException e) {
      findings.violated(e.getMessage());
    }
    var history = session.history();
    return new Evidence(
        log.initialRevision(),
        log.initial(),
        history.operations(),
        history.watches(),
        history.leases(),
        history.fencedWrites(),
        history.auths(),
        log.batches(),
        finals);
  }

  private static String line(RunSpec spec, long start, RunSession session, NemesisLoop loop) {
    List<String> parts = new ArrayList<>();
    parts.add((System.nanoTime() - start) / 1_000_000_000 + " s of " + spec.duration().toSeconds());
    parts.add(session.tally().of(Status.OK) + " ok");
    parts.add(session.tally().of(Status.FAILED) + " failed");
    parts.add(session.tally().of(Status.UNKNOWN) + " unknown");
    parts.add("revision " + session.loggedRevision());
    long faults = loop.windows().stream().filter(FaultWindow::tookEffect).count();
    if (!spec.nemesis().equals(RunSpec.NO_NEMESIS)) {
      parts.add(faults + " faults");
    }
    if (!loop.current().isEmpty()) {
      parts.add(loop.current());
    }
    return String.join(", ", parts);
  }
}
