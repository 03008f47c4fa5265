package io.kelson.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The load driver's command line: one workload against one running cluster, Kelson or etcd.
 *
 * <p>Prints a table for people and one line of JSON for programs. Exit code 0 if every operation
 * succeeded, 1 if some failed, 2 for a wrong command line.
 */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "Puts a load on a cluster that speaks the etcd v3 API and measures it.",
    synopsisSubcommandLabel = "WORKLOAD",
    subcommands = {
      UnaryCommands.Put.class,
      UnaryCommands.Range.class,
      UnaryCommands.TxnPut.class,
      UnaryCommands.TxnMixed.class,
      UnaryCommands.Stm.class,
      StreamCommands.Watch.class,
      StreamCommands.WatchLatency.class,
      StreamCommands.LeaseKeepAlive.class,
      StreamCommands.LeaseExpiry.class,
      KubernetesCommand.class
    },
    footer = {
      "",
      "Fill 100,000 keys and read them from 64 clients:",
      "  load put --sequential --total 100000 --clients 64 --connections 8",
      "  load range --clients 64 --connections 8",
      "load WORKLOAD --help has examples of each."
    })
public final class Bench {
  private Bench() {}

  /** The entry point. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Bench());
    line.setExecutionExceptionHandler(
        (error, command, parsed) -> {
          command.getErr().println("load: " + error.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(line.execute(args));
  }
}
