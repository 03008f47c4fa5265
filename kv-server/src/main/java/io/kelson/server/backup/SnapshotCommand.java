package io.kelson.server.backup;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kelson snapshot}: what is done with a backup without a cluster. */
@Command(
    name = "kelson snapshot",
    description = {
      "Look at a backup, or make a member's data directory of it.",
      "",
      "A backup is saved from a running member: kelsonctl snapshot save FILE, or etcdctl snapshot save FILE.",
      ""
    },
    subcommands = {SnapshotStatusCommand.class, SnapshotRestoreCommand.class},
    usageHelpWidth = 100)
public final class SnapshotCommand implements Callable<Integer> {
  @Option(
      names = {"--help", "-h"},
      usageHelp = true,
      description = "Print this and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "say what to do: status or restore");
  }
}
