package io.kelson.chaos.run;

import io.kelson.chaos.cluster.ChaosCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks in what members have printed for what must never be there. */
final class MemberLogs {
  private static final Pattern NEVER =
      Pattern.compile(
          "InvariantViolation|OutOfMemoryError|\\bpanic\\b|SIGSEGV|SIGBUS|Exception in thread"
              + "|fatal error:");

  /** Right after the loss of a disk, wrong without one. */
  private static final Pattern STOPS = Pattern.compile("member \\S+ stops: |\"level\":\"fatal\"");

  private static final int MOST_LINES = 5;

  private MemberLogs() {}

  /**
   * Violations, a line each.
   *
   * @param disksFail whether members are right to stop
   */
  static List<String> violations(ChaosCluster cluster, boolean disksFail) {
    List<String> found = new ArrayList<>();
    for (int member = 0; member < cluster.size(); member++) {
      scan(member, cluster.log(member), disksFail, found);
    }
    return found;
  }

  static void scan(int member, Path log, boolean disksFail, List<String> found) {
    if (!Files.exists(log)) {
      return;
    }
    // A member that was killed may have printed half a character: Latin 1 takes any byte.
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      lines
          .filter(line -> wrong(line, disksFail))
          .limit(MOST_LINES)
          .forEach(line -> found.add("member " + member + " printed: " + line.strip()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log, e);
    }
  }

  private static boolean wrong(String line, boolean disksFail) {
    return NEVER.matcher(line).find() || !disksFail && STOPS.matcher(line).find();
  }
}
