package io.kelson.server;

import io.kelson.server.config.ConfigException;
import io.kelson.server.config.ConfigReport;
import java.util.List;

/** {@code kelson config check}: says whether settings make sense, and what they come to. */
final class ConfigCommand {
  /** Something is wrong with the settings. */
  static final int EXIT_PROBLEMS = 1;

  private static final String USAGE =
      """
      Usage: kelson config check FILE         look at a configuration file
             kelson config check -- FLAGS...  look at flags of kelson server, and at variables

      Nothing is started, and no file or port that the settings name is touched. Prints every
      setting that is in force and where it comes from, or everything that is wrong, with lines.

      Exit codes: 0 the settings make sense, 1 they do not, 2 this command line makes no sense.
      """
          .stripTrailing();

  private ConfigCommand() {}

  static int run(List<String> args) {
    if (args.contains("--help") && !args.contains("--")) {
      System.out.println(USAGE);
      return 0;
    }
    if (args.size() < 2 || !args.get(0).equals("check")) {
      return refuse();
    }
    List<String> rest = args.subList(1, args.size());
    if (rest.get(0).equals("--")) {
      return check(rest.subList(1, rest.size()));
    }
    return rest.size() == 1 && !rest.get(0).startsWith("-")
        ? check(List.of("--config-file=" + rest.get(0)))
        : refuse();
  }

  private static int check(List<String> flags) {
    try {
      ConfigReport report = ConfigReport.of(flags, System.getenv());
      report.warnings().forEach(warning -> System.err.println("warning: " + warning));
      System.out.println(report.text());
      return 0;
    } catch (ConfigException e) {
      e.problems().forEach(System.err::println);
      System.err.printf(
          "kelson config: %d problem%s%n",
          e.problems().size(), e.problems().size() == 1 ? "" : "s");
      return EXIT_PROBLEMS;
    }
  }

  private static int refuse() {
    System.err.println(USAGE);
    return Main.EXIT_USAGE;
  }
}
