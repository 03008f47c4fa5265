package io.kelson.cli;

import io.kelson.client.EtcdException;
import io.kelson.client.HashResult;
import io.kelson.client.KelsonClient;
import java.util.ArrayList;
import java.util.List;

/** {@code endpoint hashkv}: the hash of what each member stores, which must be the same for all. */
final class EndpointHashCommand implements Command {

  /** One endpoint and its hash. */
  record Line(String endpoint, HashResult hash) {}

  @Override
  public Form form() {
    return new Form(
        List.of("endpoint", "hashkv"),
        "",
        "Prints the hash of keys and history at each endpoint, or at every member with --cluster.",
        List.of(
            Flag.toggle("cluster", "use all endpoints from the cluster member list"),
            Flag.value("rev", "revision", "hash up to this revision; 0 for the newest")),
        List.of(
            "kelsonctl endpoint hashkv --cluster -w table    all must be equal, if nothing is"
                + " written meanwhile",
            "kelsonctl endpoint hashkv --cluster --rev=1200  as of one revision, while others"
                + " write"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireEndpoints();
    long revision = flags.number("rev");
    List<Line> lines = new ArrayList<>();
    boolean allAnswered = true;
    for (String endpoint : ClusterEndpoints.of(flags, session)) {
      try (KelsonClient client = session.client(List.of(endpoint))) {
        lines.add(new Line(endpoint, client.maintenance().hashKv(endpoint, revision)));
      } catch (EtcdException e) {
        allAnswered = false;
        session
            .console()
            .error("Failed to get the hash of endpoint " + endpoint + " (" + e.text() + ")");
      }
    }
    printer.hashes(lines);
    if (!allAnswered) {
      throw new CliException(ExitCode.ERROR, "not every endpoint answered");
    }
  }
}
