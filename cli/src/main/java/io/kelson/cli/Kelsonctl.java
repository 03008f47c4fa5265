package io.kelson.cli;

import io.kelson.client.EtcdException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Runs one command line and turns whatever happens into output and an exit code. */
final class Kelsonctl {
  private final Console console;
  private final Environment environment;
  private final WatchCommand watch = new WatchCommand();
  private final List<Command> commands =
      List.of(
          new PutCommand(),
          new GetCommand(),
          new DelCommand(),
          new TxnCommand(),
          watch,
          new EndpointStatusCommand(),
          new EndpointHealthCommand(),
          new MemberListCommand(),
          new SnapshotSaveCommand(),
          new HandedOverCommand("status", "Checks a backup and prints what is in it."),
          new HandedOverCommand("restore", "Makes a member's data directory of a backup."),
          new VersionCommand());

  Kelsonctl(Console console, Map<String, String> variables) {
    this.console = console;
    this.environment = new Environment(variables);
  }

  int run(List<String> arguments) {
    int exitCode;
    try {
      exitCode = runParsed(parse(rearranged(arguments)));
    } catch (CommandLine.ParameterException e) {
      exitCode = refuse(e);
    } catch (CliException e) {
      exitCode = fail(e.exitCode(), e.getMessage());
    } catch (EtcdException e) {
      exitCode = fail(ExitCode.ERROR, e.text());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exitCode = ExitCode.INTERRUPTED;
    }
    console.flush();
    return exitCode;
  }

  /** {@code help get} asks for what {@code get --help} shows. */
  private static List<String> rearranged(List<String> arguments) {
    if (arguments.isEmpty() || !arguments.get(0).equals("help")) {
      return arguments;
    }
    List<String> rearranged = new ArrayList<>(arguments.subList(1, arguments.size()));
    rearranged.add("--help");
    return rearranged;
  }

  /** A watch's line ends at {@code --}: what follows is the command to run on each event. */
  private CommandLines.Parsed parse(List<String> arguments) {
    int dashes = arguments.indexOf("--");
    if (dashes >= 0 && arguments.subList(0, dashes).contains("watch")) {
      CommandLines.Parsed head = CommandLines.parse(commands, arguments.subList(0, dashes));
      if (head.command() == watch) {
        head.flags().trailing(arguments.subList(dashes + 1, arguments.size()));
        return head;
      }
    }
    return CommandLines.parse(commands, arguments);
  }

  private int runParsed(CommandLines.Parsed parsed) throws InterruptedException {
    if (parsed.flags().isSet("help") || parsed.command() == null) {
      console.print(CommandLines.help(commands, parsed.path()));
      return ExitCode.OK;
    }
    Set<String> known = Globals.ALL.stream().map(flag -> flag[0]).collect(Collectors.toSet());
    for (String variable : environment.unrecognized(known)) {
      console.error("Warning: unrecognized environment variable " + variable);
    }
    Globals globals = Globals.of(parsed.flags(), environment);
    if (globals.debug()) {
      console.error(globals.toString());
    }
    try (Session session = new Session(console, environment, globals)) {
      parsed.command().run(parsed.flags(), session);
      return ExitCode.OK;
    } catch (EtcdException e) {
      if (globals.debug()) {
        console.error(trace(e));
      }
      throw e;
    }
  }

  private static String trace(Throwable e) {
    StringWriter text = new StringWriter();
    e.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private int fail(int exitCode, String message) {
    console.flush();
    console.error("Error: " + message);
    return exitCode;
  }

  private int refuse(CommandLine.ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    int exitCode = fail(ExitCode.ERROR, explained(e, name));
    console.error("Run '" + name + " --help' for usage.");
    return exitCode;
  }

  /** The words etcdctl would use. */
  static String explained(CommandLine.ParameterException e, String name) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String first = ByteText.readable(unmatched.getUnmatched().get(0));
      if (first.startsWith("--")) {
        return "unknown flag: " + first.replaceFirst("=.*", "");
      }
      return first.startsWith("-")
          ? "unknown shorthand flag: '" + first.charAt(1) + "' in " + first
          : "unknown command " + GoText.quoted(first) + " for \"" + name + "\"";
    }
    if (e instanceof CommandLine.MissingParameterException missing
        && missing.getMissing().get(0) instanceof CommandLine.Model.OptionSpec option) {
      return "flag needs an argument: " + option.longestName();
    }
    return ByteText.readable(e.getMessage());
  }
}
