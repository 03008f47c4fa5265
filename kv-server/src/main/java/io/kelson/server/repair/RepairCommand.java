package io.kelson.server.repair;

import io.kelson.server.cluster.DataDirectory;
import io.kelson.server.cluster.MemberIds;
import io.kelson.server.config.ConfigException;
import io.kelson.server.config.UrlList;
import io.kelson.server.tls.Reach;
import io.kelson.server.tls.TlsException;
import io.kelson.server.tls.TlsFiles;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code kelson repair}: brings a member whose log or store is damaged, or whose directory is gone,
 * back from its peers.
 */
@Command(
    name = "kelson repair",
    description = {
      "Bring a member whose log or store is damaged, or whose directory is gone, back from its peers.",
      "",
      "The member comes back under a new id: the old one has made promises that are lost. It is",
      "removed from the cluster and added again, and its directory is made ready. Then start it with",
      "the command that always started it; it copies the data from its peers and votes once it has",
      "caught up. Nothing is deleted: what was in the directory is moved to damaged-<time> inside it.",
      "If the repair is interrupted, run it again.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  See what is damaged, changing nothing:",
      "    kelson repair --data-dir /var/lib/kelson --check",
      "  Repair it from two other members:",
      "    kelson repair --data-dir /var/lib/kelson \\",
      "      --endpoints http://10.0.0.2:2379,http://10.0.0.3:2379",
      "  The disk was replaced, and the directory is empty:",
      "    kelson repair --data-dir /var/lib/kelson --endpoints http://10.0.0.2:2379 \\",
      "      --initial-advertise-peer-urls http://10.0.0.1:2380",
      "  Authentication is on:",
      "    kelson repair --data-dir /var/lib/kelson --endpoints http://10.0.0.2:2379 --user root",
      "",
      "Exit codes: 0 repaired, or nothing is damaged (--check); 1 not repaired, or something is",
      "damaged (--check); 2 the command line makes no sense."
    },
    usageHelpWidth = 100,
    sortOptions = false)
public final class RepairCommand implements Callable<Integer> {
  private static final int EXIT_NOT_REPAIRED = 1;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = "The damaged member's data directory. Its server must not run.")
  private Path dataDir;

  @Option(
      names = "--endpoints",
      paramLabel = "URLS",
      description = "Client URLs of other members; any that run will do.")
  private String endpoints;

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URLS",
      description = "The member's peer URLs, if its directory cannot tell them any more.")
  private String peerUrls;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The member's name, if its directory cannot tell it any more.")
  private String name;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Who signed the other members' certificates, for https endpoints.")
  private Path cacert;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "The certificate to show them, if they ask for one.")
  private Path cert;

  @Option(names = "--key", paramLabel = "FILE", description = "Its private key.")
  private Path key;

  @Option(
      names = "--user",
      paramLabel = "NAME[:PASSWORD]",
      description = {
        "A user with the role root, if authentication is on. Without a password it is asked for;",
        "without a terminal it is the first line of standard input."
      })
  private String user;

  @Option(
      names = "--peer-cacert",
      paramLabel = "FILE",
      description = "The same as --cacert for peer URLs, if it is another one.")
  private Path peerCacert;

  @Option(
      names = "--peer-cert",
      paramLabel = "FILE",
      description = "The same as --cert for peer URLs; the member's own will do.")
  private Path peerCert;

  @Option(names = "--peer-key", paramLabel = "FILE", description = "Its private key.")
  private Path peerKey;

  @Option(names = "--check", description = "Only say what is damaged.")
  private boolean check;

  @Option(names = "--force", description = "Go on though nothing is damaged.")
  private boolean force;

  @Option(
      names = {"--yes", "-y"},
      description = "Do not ask before anything is changed.")
  private boolean yes;

  @Option(
      names = {"--help", "-h"},
      usageHelp = true,
      description = "Print this and exit.")
  private boolean help;

  @Spec private CommandSpec spec;

  private final PrintStream out = System.out;

  /** 0 if it was done, 1 if something stood in the way, which standard error then names. */
  @Override
  public Integer call() {
    List<String> others = urls("--endpoints", endpoints);
    List<String> own = urls("--initial-advertise-peer-urls", peerUrls);
    if (others.isEmpty() && !check) {
      throw new ParameterException(
          spec.commandLine(), "--endpoints is needed: client URLs of other members");
    }
    if (check && !Files.isDirectory(dataDir)) {
      return fail("data directory " + dataDir + " is not there");
    }
    try (DataDirectory directory = DataDirectory.openDamaged(dataDir)) {
      return check
          ? check(directory)
          : repair(directory, others, new Repair.Given(name, own, force));
    } catch (RepairException | IOException e) {
      return fail(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private List<String> urls(String flag, String text) {
    if (text == null) {
      return List.of();
    }
    String withScheme =
        Arrays.stream(text.split(",", -1))
            .map(url -> url.contains("://") ? url : "http://" + url)
            .collect(Collectors.joining(","));
    try {
      return UrlList.parse(flag, withScheme);
    } catch (ConfigException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Reach reach() throws TlsException {
    requirePair("--cert", cert, "--key", key);
    requirePair("--peer-cert", peerCert, "--peer-key", peerKey);
    return Reach.of(
        TlsFiles.ofClient(cacert, cert, key),
        TlsFiles.ofClient(
            peerCacert == null ? cacert : peerCacert,
            peerCert == null ? cert : peerCert,
            peerCert == null ? key : peerKey));
  }

  private void requirePair(String certFlag, Path first, String keyFlag, Path second) {
    if ((first == null) != (second == null)) {
      throw new ParameterException(
          spec.commandLine(),
          certFlag + " and " + keyFlag + " belong together; give both or neither");
    }
  }

  private int check(DataDirectory directory) {
    List<String> findings = Damage.of(directory);
    if (findings.isEmpty()) {
      out.println("nothing is damaged in " + directory.path());
      return 0;
    }
    out.println("damaged in " + directory.path() + ":");
    findings.forEach(finding -> out.println("  " + finding));
    return EXIT_NOT_REPAIRED;
  }

  private int repair(DataDirectory directory, List<String> others, Repair.Given given)
      throws RepairException, IOException {
    try (Peers peers = new Peers(others, reach(), credentials())) {
      Repair repair = new Repair(directory, peers, given, line -> out.println("  " + line));
      Repair.Outlook outlook = repair.look();
      if (outlook.plan() == null) {
        out.println(directory.path() + " is repaired already: start the member");
        return 0;
      }
      check(directory);
      out.println("this repair will:");
      outlook.plan().steps(outlook.members()).forEach(step -> out.println("  " + step));
      if (!confirmed()) {
        return fail("nothing was changed; say --yes to go on");
      }
      out.println("done:");
      long id = repair.carryOut(outlook.plan());
      out.println(
          "repaired: start the member with the command that always started it; it is member "
              + MemberIds.text(id)
              + " now");
      return 0;
    }
  }

  /** A password on the command line can be seen by whoever lists processes, so it need not be. */
  private SignIn.Credentials credentials() throws IOException {
    if (user == null) {
      return SignIn.Credentials.NONE;
    }
    int colon = user.indexOf(':');
    String who = colon < 0 ? user : user.substring(0, colon);
    if (who.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--user has no name: give NAME[:PASSWORD]");
    }
    return new SignIn.Credentials(who, colon < 0 ? askPassword(who) : user.substring(colon + 1));
  }

  private static String askPassword(String who) throws IOException {
    Console console = System.console();
    if (console != null) {
      char[] typed = console.readPassword("Password of %s: ", who);
      return typed == null ? "" : new String(typed);
    }
    String line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    return line == null ? "" : line;
  }

  private boolean confirmed() {
    if (yes) {
      return true;
    }
    Console console = System.console();
    if (console == null) {
      return false;
    }
    String answer = console.readLine("Go on? [y/N] ");
    return answer != null && answer.strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
  }

  private int fail(String message) {
    System.err.println("kelson repair: " + message);
    return EXIT_NOT_REPAIRED;
  }
}
