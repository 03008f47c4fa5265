package io.kelson.cli;

import io.kelson.client.EndpointStatus;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import java.util.ArrayList;
import java.util.List;

/** {@code endpoint status}: how each member is doing. */
final class EndpointStatusCommand implements Command {

  /** One endpoint and what it said. */
  record Line(String endpoint, EndpointStatus status) {}

  @Override
  public Form form() {
    return new Form(
        List.of("endpoint", "status"),
        "",
        "Prints the status of each endpoint in --endpoints, or of every member with --cluster.",
        List.of(Flag.toggle("cluster", "use all endpoints from the cluster member list")),
        List.of("kelsonctl endpoint status --cluster -w table"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireEndpoints();
    List<Line> lines = new ArrayList<>();
    boolean allAnswered = true;
    for (String endpoint : ClusterEndpoints.of(flags, session)) {
      try (KelsonClient client = session.client(List.of(endpoint))) {
        lines.add(new Line(endpoint, client.status(endpoint)));
      } catch (EtcdException e) {
        allAnswered = false;
        session
            .console()
            .error("Failed to get the status of endpoint " + endpoint + " (" + e.text() + ")");
      }
    }
    printer.status(lines);
    if (!allAnswered) {
      throw new CliException(ExitCode.ERROR, "not every endpoint answered");
    }
  }
}
