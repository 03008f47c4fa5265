package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.check.Verdict;
import io.kelson.chaos.planted.PlantedBug;
import io.kelson.chaos.planted.PlantedBugs;
import io.kelson.chaos.report.CampaignReport;
import io.kelson.chaos.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/** The command {@code kelson-chaos}. Results go to standard output, the rest to standard error. */
public final class ChaosCommand {
  private static final int BAD_USAGE = 2;
  private static final int BROKEN = 1;
  private static final int UNDECIDED = 3;
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  private final PrintStream out;
  private final PrintStream err;

  ChaosCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Runs it and exits with its code. */
  public static void main(String[] words) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(new ChaosCommand(out, err).run(List.of(words)));
  }

  /** Its exit code. */
  int run(List<String> words) {
    if (words.isEmpty() || words.contains("--help") || words.get(0).equals("help")) {
      out.print(Help.TEXT);
      return words.isEmpty() ? BAD_USAGE : 0;
    }
    List<String> rest = words.subList(1, words.size());
    try {
      return switch (words.get(0)) {
        case "run" -> once(rest);
        case "campaign" -> campaign(rest);
        case "planted" -> planted(rest);
        case "list" -> list(rest);
        case "replay" -> replay(rest);
        case "report" -> report(rest);
        default ->
            throw new UsageException(
                "there is no command "
                    + words.get(0)
                    + ": give run, campaign, planted, list, replay or report; --help shows examples");
      };
    } catch (UsageException | IllegalArgumentException e) {
      err.println("kelson-chaos: " + e.getMessage());
      return BAD_USAGE;
    } catch (IOException | UncheckedIOException e) {
      err.println("kelson-chaos: " + e.getMessage());
      return UNDECIDED;
    } catch (InterruptedException e) {
      err.println("kelson-chaos: interrupted");
      return UNDECIDED;
    }
  }

  private int once(List<String> words) throws InterruptedException {
    Set<String> known = new TreeSet<>(Specs.COMMON);
    known.addAll(Set.of("workload", "nemesis", "minutes", "seconds"));
    Arguments arguments = Arguments.parse(words, known);
    requireNoOthers(arguments);
    RunSpec spec = Specs.run(arguments, anySeed());
    Path directory = directory(arguments, spec.title());
    err.println("kelson-chaos " + spec.arguments() + " --out " + directory);
    RunResult result = Runner.onRealServers(this::progress).run(spec, directory);
    out.print(Lines.of(result));
    out.println("  " + directory.resolve(Artefacts.REPORT));
    return result.outcome().exitCode();
  }

  private int campaign(List<String> words) throws InterruptedException {
    Set<String> known = new TreeSet<>(Specs.COMMON);
    known.addAll(Set.of("minutes", "seconds-per-run", "workloads", "nemeses"));
    Arguments arguments = Arguments.parse(words, known);
    requireNoOthers(arguments);
    List<String> workloads = arguments.list("workloads", Workloads.names());
    List<String> nemeses = arguments.list("nemeses", NemesisCatalogue.names());
    Specs.requireKnown("workload", workloads, Workloads.names());
    Specs.requireKnown("nemesis", nemeses, NemesisCatalogue.names());
    Duration each =
        Duration.ofSeconds(
            Specs.atLeastOne("seconds-per-run", arguments.number("seconds-per-run", 30)));
    RunSpec pattern = Specs.spec(arguments, workloads.get(0), nemeses.get(0), each, anySeed());
    Path directory = directory(arguments, "campaign-" + pattern.seed());
    err.println("kelson-chaos: seed " + pattern.seed() + ", everything goes to " + directory);
    Campaign campaign =
        new Campaign(Runner.onRealServers(this::progress), pattern, directory, out::println);
    CampaignResult result = campaign.run(workloads, nemeses, Specs.minutes(arguments, 10));
    out.print(Lines.of(result));
    out.println(directory.resolve(Campaign.INDEX));
    return result.exitCode();
  }

  private int planted(List<String> words) throws InterruptedException {
    Arguments arguments =
        Arguments.parse(words, Set.of("bugs", "seconds", "attempts", "seed", "out"));
    requireNoOthers(arguments);
    List<String> all = PlantedBugs.all().stream().map(PlantedBug::id).toList();
    List<String> ids = arguments.list("bugs", all);
    Specs.requireKnown("planted bug", ids, all);
    Duration each =
        Duration.ofSeconds(Specs.atLeastOne("seconds", arguments.number("seconds", 30)));
    long attempts = Specs.atLeastOne("attempts", arguments.number("attempts", 3));
    long seed = arguments.number("seed", anySeed());
    Path directory = directory(arguments, "planted-" + seed);
    err.println("kelson-chaos: seed " + seed + ", everything goes to " + directory);
    PlantedRuns runs =
        new PlantedRuns(Runner.onRealServers(this::progress), directory, out::println);
    return runs.run(ids, each, attempts, seed) ? 0 : BROKEN;
  }

  private int list(List<String> words) {
    requireNoOthers(Arguments.parse(words, Set.of()));
    out.print(Help.list());
    return 0;
  }

  private int replay(List<String> words) throws IOException {
    Path directory = kept(words, "replay");
    Artefacts artefacts = Artefacts.of(directory);
    RunResult before = artefacts.result();
    Evidence evidence = artefacts.evidence();
    Judge judge = Judge.judge(Workloads.create(before.spec().workload()), evidence);
    boolean broken = false;
    boolean undecided = false;
    for (Verdict verdict : judge.verdicts()) {
      out.println(verdict.checker() + ": " + verdict.outcome() + ", " + verdict.summary());
      verdict.findings().forEach(finding -> out.println(finding.indent(2).stripTrailing()));
      broken |= verdict.outcome() == Verdict.Outcome.BROKEN;
      undecided |= verdict.outcome() == Verdict.Outcome.UNDECIDED;
    }
    judge.skipped().forEach((name, why) -> out.println(name + ": skipped, " + why));
    return broken ? BROKEN : undecided ? UNDECIDED : 0;
  }

  private int report(List<String> words) throws IOException {
    Path directory = kept(words, "report");
    if (Files.exists(directory.resolve(Campaign.RESULT))) {
      String kept = Files.readString(directory.resolve(Campaign.RESULT));
      CampaignResult result = Json.compact().fromJson(kept, CampaignResult.class);
      Files.writeString(directory.resolve(Campaign.INDEX), CampaignReport.html(result));
      out.println(directory.resolve(Campaign.INDEX));
      return 0;
    }
    Artefacts artefacts = Artefacts.of(directory);
    if (artefacts.hasEvidence()) {
      artefacts.evidence();
    }
    artefacts.write(artefacts.result());
    out.println(directory.resolve(Artefacts.REPORT));
    return 0;
  }

  /** The only word: a directory that a run has left. */
  private static Path kept(List<String> words, String command) {
    List<String> others = Arguments.parse(words, Set.of()).others();
    if (others.size() != 1) {
      throw new UsageException(
          command + " takes one directory of a run, not " + others.size() + " words");
    }
    Path directory = Path.of(others.get(0));
    boolean isCampaign = command.equals("report") && has(directory, Campaign.RESULT);
    if (!isCampaign && !has(directory, Artefacts.RESULT)) {
      throw new UsageException(
          directory + " has no " + Artefacts.RESULT + ": give the directory of a run (--out)");
    }
    return directory;
  }

  private static boolean has(Path directory, String file) {
    return Files.exists(directory.resolve(file));
  }

  private static void requireNoOthers(Arguments arguments) {
    if (!arguments.others().isEmpty()) {
      throw new UsageException(
          "nothing is known of " + arguments.others().get(0) + ": options begin with --");
    }
  }

  private static Path directory(Arguments arguments, String title) {
    String own = LocalDateTime.now(ZoneId.systemDefault()).format(STAMP) + "-" + title;
    return Path.of(arguments.text("out", Path.of("chaos-runs", own).toString()));
  }

  private static long anySeed() {
    return ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
  }

  private void progress(String line) {
    err.println("  " + line);
  }
}
