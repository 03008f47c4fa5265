package io.kelson.server.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kelson snapshot status}: checks a backup and says what is in it. */
@Command(
    name = "status",
    description = {
      "Check every byte of a backup and print its hash, revision, number of keys, size, and the version that made it.",
      ""
    },
    footerHeading = "%nExit codes:%n",
    footer =
        "  0 the backup is whole; 1 it is not, and standard error says why; 2 wrong command line.",
    usageHelpWidth = 100,
    sortOptions = false)
public final class SnapshotStatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The backup.")
  private Path file;

  @Option(
      names = {"--write-out", "-w"},
      paramLabel = "FORMAT",
      defaultValue = "${env:KELSONCTL_WRITE_OUT:-${env:ETCDCTL_WRITE_OUT:-simple}}",
      description = "simple, json, table or fields (${DEFAULT-VALUE}).")
  private String format;

  @Option(
      names = {"--help", "-h"},
      usageHelp = true,
      description = "Print this and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    StatusFormat printer =
        StatusFormat.named(format)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "--write-out " + format + " is not one of simple, json, table, fields"));
    try (BackupReader backup = BackupReader.open(file)) {
      byte[] digest = backup.read(BackupReader.NOWHERE, false);
      System.out.print(printer.print(BackupStatus.of(backup.manifest(), digest)));
      return 0;
    } catch (IOException e) {
      System.err.println("kelson snapshot status: " + e.getMessage());
      return 1;
    }
  }

  /**
   * What is printed, under etcd's names.
   *
   * @param hash the first four bytes of the checksum over everything
   * @param revision the newest
   * @param totalKeys keys there are at that revision
   * @param totalSize bytes of the backup
   * @param version of the Kelson that made it
   */
  record BackupStatus(int hash, long revision, long totalKeys, long totalSize, String version) {
    static BackupStatus of(BackupManifest manifest, byte[] digest) {
      return new BackupStatus(
          ByteBuffer.wrap(digest).getInt(),
          manifest.revision(),
          manifest.keys(),
          manifest.totalBytes(),
          manifest.version());
    }
  }
}
