package io.kelson.cli;

import io.kelson.client.Alarm;
import io.kelson.client.Bytes;
import io.kelson.client.ErrorCode;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.RangeOp;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** {@code endpoint health}: whether each member can commit, which a linearizable read proves. */
final class EndpointHealthCommand implements Command {

  /**
   * What became of one endpoint.
   *
   * @param error empty when it is healthy
   */
  record Line(String endpoint, boolean healthy, long tookNanos, String error) {}

  @Override
  public Form form() {
    return new Form(
        List.of("endpoint", "health"),
        "",
        "Checks each endpoint in --endpoints, or every member with --cluster.",
        List.of(Flag.toggle("cluster", "use all endpoints from the cluster member list")),
        List.of("kelsonctl endpoint health --cluster"));
  }

  @Override
  public void run(Flags flags, Session session) {
    Printer printer = Printers.of(session, false);
    printer.requireEndpoints();
    List<CompletableFuture<Line>> checks =
        ClusterEndpoints.of(flags, session).stream()
            .map(endpoint -> CompletableFuture.supplyAsync(() -> check(endpoint, session)))
            .toList();
    List<Line> lines = checks.stream().map(CompletableFuture::join).toList();
    printer.health(lines);
    if (!lines.stream().allMatch(Line::healthy)) {
      throw new CliException(ExitCode.ERROR, "unhealthy cluster");
    }
  }

  private static Line check(String endpoint, Session session) {
    long start = System.nanoTime();
    String error = "";
    KelsonClient client = session.client(List.of(endpoint));
    try {
      client.range(RangeOp.key(Bytes.utf8("health")));
    } catch (EtcdException e) {
      // A server that checks rights is a server that works.
      error = e.code() == ErrorCode.PERMISSION_DENIED ? "" : e.text();
    }
    long tookNanos = System.nanoTime() - start;
    error = error.isEmpty() ? alarms(client) : error;
    return new Line(endpoint, error.isEmpty(), tookNanos, error);
  }

  private static String alarms(KelsonClient client) {
    try {
      List<Alarm> alarms = client.alarms();
      return alarms.isEmpty()
          ? ""
          : alarms.stream()
              .map(Alarm::type)
              .collect(Collectors.joining(" ", "Active Alarm(s): ", ""));
    } catch (EtcdException e) {
      boolean none = e.code() == ErrorCode.UNIMPLEMENTED || e.code() == ErrorCode.PERMISSION_DENIED;
      return none ? "" : "Unable to fetch the alarm list";
    }
  }
}
