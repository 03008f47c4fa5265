package io.kelson.server.backup;

import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.InitialCluster;
import io.kelson.server.config.ServerConfig;
import io.kelson.server.config.UrlList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kelson snapshot restore}: makes a member's data directory of a backup. */
@Command(
    name = "restore",
    description = {
      "Make of a backup the data directory of one member of a new cluster.",
      "",
      "Run it once for every member, with the same backup, --initial-cluster, --initial-cluster-token and",
      "--bump-revision, and with the --name and peer URLs of that member; then start all of them with",
      "these flags. Keys, history, leases and users are those of the backup; the members are new.",
      "Clients that saw revisions after the backup, Kubernetes among them, need --bump-revision with",
      "--mark-compacted: revisions then never go back, and all who watch are told to begin anew.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  One member:",
      "    kelson snapshot restore backup.db --data-dir /var/lib/kelson",
      "  The first of three, for Kubernetes:",
      "    kelson snapshot restore backup.db --data-dir /var/lib/kelson --name m1 \\",
      "      --initial-cluster m1=http://10.0.0.1:2380,m2=http://10.0.0.2:2380,m3=http://10.0.0.3:2380 \\",
      "      --initial-cluster-token restored-1 --initial-advertise-peer-urls http://10.0.0.1:2380 \\",
      "      --bump-revision 1000000000 --mark-compacted",
      "",
      "Exit codes: 0 restored; 1 not restored, and nothing was left; 2 the command line makes no sense."
    },
    usageHelpWidth = 100,
    sortOptions = false)
public final class SnapshotRestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The backup.")
  private Path file;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The new data directory; must be empty or not there (NAME.etcd).")
  private Path dataDir;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "The member's name (${DEFAULT-VALUE}).")
  private String name;

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description = "All members of the new cluster (this one alone).")
  private String initialCluster;

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TOKEN",
      defaultValue = "etcd-cluster",
      description = "Sets the new cluster apart from the old one (${DEFAULT-VALUE}).")
  private String token;

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URLS",
      defaultValue = "http://localhost:2380",
      description = "The member's peer URLs (${DEFAULT-VALUE}).")
  private String peerUrls;

  @Option(
      names = "--skip-hash-check",
      description = "Take the files as they are, whatever the checksums in the backup say.")
  private boolean skipHashCheck;

  @Option(
      names = "--bump-revision",
      paramLabel = "N",
      defaultValue = "0",
      description = "Add N to the newest revision; needs --mark-compacted.")
  private long bumpRevision;

  @Option(
      names = "--mark-compacted",
      description = "All before the newest revision counts as compacted; needs --bump-revision.")
  private boolean markCompacted;

  @Option(
      names = {"--help", "-h"},
      usageHelp = true,
      description = "Print this and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requireBumpTogether();
    try {
      Restore.Result result =
          Restore.carryOut(
              new Restore.Request(file, member(), bumpRevision, markCompacted, skipHashCheck));
      report(result);
      return 0;
    } catch (IOException e) {
      String problem = e.getMessage() == null ? e.toString() : e.getMessage();
      System.err.println("kelson snapshot restore: " + problem);
      return 1;
    }
  }

  /** As etcdutl: one without the other makes no sense. */
  private void requireBumpTogether() {
    if (bumpRevision < 0) {
      throw new ParameterException(
          spec.commandLine(), "--bump-revision is " + bumpRevision + "; revisions never go back");
    }
    if (markCompacted != bumpRevision > 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--bump-revision N and --mark-compacted go together: clients that know revisions after the"
              + " backup's must be told that these are gone");
    }
  }

  private ServerConfig member() {
    try {
      List<String> urls = UrlList.parse("--initial-advertise-peer-urls", peerUrls);
      return ServerConfig.builder()
          .name(name)
          .dataDir(dataDir == null ? Path.of(name + ".etcd") : dataDir)
          .initialAdvertisePeerUrls(urls)
          .initialCluster(
              initialCluster == null
                  ? InitialCluster.single(name, urls)
                  : InitialCluster.parse(initialCluster))
          .initialClusterToken(token)
          .build();
    } catch (ConfigException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void report(Restore.Result result) {
    BackupManifest of = result.manifest();
    System.out.printf(
        "backup: revision %d, %d keys, made %s by member %s of cluster %s%n",
        of.revision(),
        of.keys(),
        of.created(),
        MemberIds.text(of.memberId()),
        MemberIds.text(of.clusterId()));
    System.out.printf(
        "restored to %s: member %s of cluster %s, revision %d%s%n",
        member().dataDir().toAbsolutePath().normalize(),
        MemberIds.text(result.cluster().selfId()),
        MemberIds.text(result.cluster().clusterId()),
        result.facts().revision(),
        markCompacted ? ", all before it compacted" : "");
    if (of.clusterId() == result.cluster().clusterId()) {
      System.err.println(
          "kelson snapshot restore: warning: the new cluster has the id of the old one; make sure that no"
              + " old member ever runs again, or restore with another --initial-cluster-token");
    }
  }
}
