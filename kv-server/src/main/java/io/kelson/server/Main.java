package io.kelson.server;

import io.kelson.server.backup.SnapshotCommand;
import io.kelson.server.config.NearestName;
import io.kelson.server.repair.RepairCommand;
import io.kelson.server.up.UpCommand;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** The {@code kelson} command: picks the sub-command. */
public final class Main {
  /** Something stood in the way of starting. */
  static final int EXIT_CANNOT_START = 1;

  /** The command line makes no sense. */
  static final int EXIT_USAGE = 2;

  /** A running member stopped because its disk, or an invariant, broke. */
  static final int EXIT_FAILED = 3;

  private static final List<String> COMMANDS =
      List.of("server", "up", "repair", "snapshot", "config");

  private static final String USAGE =
      """
      Usage: kelson server [flags]   run one member; see kelson server --help
             kelson up [flags]       run three members on this machine; see kelson up --help
             kelson repair [flags]   bring a damaged member back; see kelson repair --help
             kelson snapshot ...     look at a backup, or restore it; see kelson snapshot --help
             kelson config check     look at settings without starting; see kelson config --help
             kelson --version        print versions
      """
          .stripTrailing();

  private Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    int code = run(List.of(args));
    if (code != 0) {
      System.exit(code);
    }
  }

  private static int run(List<String> args) {
    String command = args.isEmpty() ? "" : args.get(0);
    List<String> rest = args.isEmpty() ? args : args.subList(1, args.size());
    return switch (command) {
      case "server" -> ServerCommand.run(rest);
      case "up" -> execute(new UpCommand(), rest);
      case "repair" -> execute(new RepairCommand(), rest);
      case "snapshot" -> execute(new SnapshotCommand(), rest);
      case "config" -> ConfigCommand.run(rest);
      case "--version", "-v", "version" -> print(KelsonVersion.text());
      case "--help", "-h", "help" -> print(USAGE);
      default -> refuse(command);
    };
  }

  private static int execute(Callable<Integer> command, List<String> args) {
    Logging.setUp("WARN");
    return new CommandLine(command).execute(args.toArray(String[]::new));
  }

  private static int print(String text) {
    System.out.println(text);
    return 0;
  }

  private static int refuse(String command) {
    if (!command.isEmpty()) {
      System.err.printf(
          "kelson: unknown command \"%s\"; did you mean %s?%n",
          command, NearestName.of(command, COMMANDS));
    }
    System.err.println(USAGE);
    return EXIT_USAGE;
  }
}
