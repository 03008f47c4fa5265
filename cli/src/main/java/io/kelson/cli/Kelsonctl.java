package io.kelson.cli;

import io.kelson.client.EtcdException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs one command line and turns whatever happens into output and an exit code. */
final class Kelsonctl {
  private final Console console;
  private final Environment environment;

  Kelsonctl(Console console, Map<String, String> variables) {
    this.console = console;
    this.environment = new Environment(variables);
  }

  int run(List<String> arguments) {
    int exitCode;
    try {
      exitCode = runParsed(parse(rearranged(arguments)));
    } catch (UsageException e) {
      exitCode = refuse(e);
    } catch (CliException e) {
      exitCode = fail(e.exitCode(), e.getMessage());
    } catch (EtcdException e) {
      // Who cannot sign in has not come as far as the command.
      boolean isSignIn = e.text().startsWith("etcdserver: authentication failed");
      exitCode = fail(isSignIn ? ExitCode.BAD_CONNECTION : ExitCode.ERROR, e.text());
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
      CommandLines.Parsed head = CommandLines.parse(arguments.subList(0, dashes));
      if (head.command() instanceof WatchCommand) {
        head.flags().trailing(arguments.subList(dashes + 1, arguments.size()));
        return head;
      }
    }
    return CommandLines.parse(arguments);
  }

  private int runParsed(CommandLines.Parsed parsed) throws InterruptedException {
    if (parsed.flags().isSet("help") || parsed.command() == null) {
      console.print(HelpText.of(parsed.path(), console.terminal().isColoured()));
      return ExitCode.OK;
    }
    for (String variable : environment.unrecognized()) {
      console.error("Warning: unrecognized environment variable " + variable);
    }
    Globals globals = Globals.of(parsed.flags(), environment);
    if (globals.debug()) {
      console.error(globals.toString());
    }
    try (Session session = new Session(console, environment, globals)) {
      parsed.command().run(parsed.flags(), session);
      console.flush();
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
    Terminal terminal = console.terminal();
    console.error(Colours.red("Error:", terminal.err() && terminal.isColoured()) + " " + message);
    return exitCode;
  }

  private int refuse(UsageException e) {
    int exitCode = fail(ExitCode.ERROR, e.getMessage());
    console.error("Run '" + e.command() + " --help' for usage.");
    return exitCode;
  }
}
