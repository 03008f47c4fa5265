package io.kelson.examples.orchestrator.command;

import io.kelson.client.EtcdException;
import io.kelson.examples.orchestrator.policy.PolicyName;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.TypeConversionException;

/** A small orchestrator, whose parts meet in the store and nowhere else. */
@Command(
    name = "run",
    description = "A small orchestrator on Kelson (or etcd): start its parts, each by a command.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      NodeCommand.class,
      SchedulerCommand.class,
      AutoscalerCommand.class,
      SubmitCommand.class,
      StatusCommand.class,
      CallCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command; its exit code. */
  public static int run(String... arguments) {
    return new CommandLine(new Main())
        .registerConverter(PolicyName.class, Main::policy)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println(told(failure));
              return command.getCommandSpec().exitCodeOnExecutionException();
            })
        .execute(arguments);
  }

  private static String told(Exception failure) {
    return failure instanceof EtcdException
        ? "the store says: "
            + failure.getMessage()
            + "; see that it runs, and give its members with --endpoints"
        : String.valueOf(failure.getMessage());
  }

  private static PolicyName policy(String flag) {
    try {
      return PolicyName.of(flag);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
