package io.kelson.chaos.run;

import io.kelson.chaos.check.Evidence;
import io.kelson.chaos.report.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory of one run. For one thread. */
final class Artefacts {
  static final String RESULT = "result.json";
  static final String REPORT = "report.html";
  static final String HISTORY = "history.jsonl.gz";

  private final Path directory;
  private Evidence evidence;

  private Artefacts(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the directory.
   *
   * @throws IllegalArgumentException if there is something in it
   */
  static Artefacts in(Path directory) {
    try {
      Files.createDirectories(directory);
      try (Stream<Path> content = Files.list(directory)) {
        if (content.findAny().isPresent()) {
          throw new IllegalArgumentException(
              "the directory " + directory + " is not empty: name another with --out");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directory " + directory, e);
    }
    return new Artefacts(directory);
  }

  /** Those of a run that is over. */
  static Artefacts of(Path directory) {
    return new Artefacts(directory);
  }

  /** Where the members' files go. */
  Path cluster() {
    return directory.resolve("cluster");
  }

  /** Writes the history. */
  void keep(Evidence what) {
    evidence = what;
    try {
      HistoryFile.write(directory.resolve(HISTORY), what);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the history", e);
    }
  }

  /**
   * Writes the result and the report, and deletes the members' data if the run passed or did not
   * take place; their logs stay. For a cluster that is closed.
   */
  void keep(RunResult result) {
    try {
      write(result);
      boolean needed =
          result.outcome() == RunResult.Outcome.FAILED
              || result.outcome() == RunResult.Outcome.INVALID;
      if (!needed && Files.exists(cluster())) {
        deleteAllButLogs(cluster());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the result in " + directory, e);
    }
  }

  /** Writes the result and the report anew. */
  void write(RunResult result) throws IOException {
    Files.writeString(directory.resolve(RESULT), Json.pretty().toJson(result) + "\n");
    Files.writeString(directory.resolve(REPORT), RunReport.html(result, evidence));
  }

  /**
   * Reads a result that was kept.
   *
   * @throws IOException if there is none
   */
  RunResult result() throws IOException {
    return Json.compact().fromJson(Files.readString(directory.resolve(RESULT)), RunResult.class);
  }

  /**
   * Reads the evidence that was kept.
   *
   * @throws IOException if there is none
   */
  Evidence evidence() throws IOException {
    if (evidence == null) {
      evidence = HistoryFile.read(directory.resolve(HISTORY));
    }
    return evidence;
  }

  /** Whether there is a history. */
  boolean hasEvidence() {
    return Files.exists(directory.resolve(HISTORY));
  }

  private static void deleteAllButLogs(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      boolean isLog = path.getParent().equals(root) && path.toString().endsWith(".log");
      if (!isLog && !path.equals(root)) {
        Files.delete(path);
      }
    }
  }
}
