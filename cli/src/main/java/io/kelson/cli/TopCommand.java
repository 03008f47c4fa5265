package io.kelson.cli;

import io.kelson.client.EndpointStatus;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** {@code top}: how the members are doing, renewed every two seconds. */
final class TopCommand implements Command {
  private static final List<String> COLUMNS =
      List.of(
          "member",
          "endpoint",
          "role",
          "term",
          "index",
          "lag",
          "index/s",
          "req/s",
          "took",
          "fsync",
          "watchers",
          "db",
          "memory",
          "state");

  @Override
  public Form form() {
    return new Form(
        List.of("top"),
        "",
        "Shows the members, who leads, how far each is and how busy, until Ctrl-C.",
        List.of(
            Flag.value("interval", "duration", "how often (2s)"),
            Flag.value("count", "n", "how many times; 0 until it is stopped")),
        List.of(
            "kelsonctl top                          the whole cluster, found from one endpoint",
            "kelsonctl top --interval=10s --count=6 > minute.txt",
            "index/s are entries of the log, req/s requests of clients, took how long the member",
            "took to answer, fsync the mean of its syncs; req/s and what is right of it come from",
            "/metrics at the client port, and are empty where that cannot be read."));
  }

  /**
   * One look at one member.
   *
   * @param status null if it did not answer
   * @param error why not
   */
  private record Sample(
      String endpoint,
      String name,
      EndpointStatus status,
      String error,
      long tookNanos,
      Map<String, Double> metrics,
      long atNanos) {

    double metric(String name) {
      return metrics.getOrDefault(name, Double.NaN);
    }

    /** The sum over all labels. */
    double sum(String name) {
      double sum = Double.NaN;
      for (Map.Entry<String, Double> sample : metrics.entrySet()) {
        if (sample.getKey().equals(name) || sample.getKey().startsWith(name + "{")) {
          sum = Double.isNaN(sum) ? sample.getValue() : sum + sample.getValue();
        }
      }
      return sum;
    }
  }

  @Override
  public void run(Flags flags, Session session) throws InterruptedException {
    Duration interval = flags.duration("interval", "2s");
    if (interval.toMillis() < 100) {
      throw CliException.badArgs("interval must be at least 100ms");
    }
    long count = flags.number("count");
    Console console = session.console();
    session.atInterrupt(() -> {});
    Map<String, String> names = members(session);
    Map<String, KelsonClient> clients = new TreeMap<>();
    names.keySet().forEach(at -> clients.put(at, session.client(List.of(at))));
    Map<String, Sample> before = look(clients, names, session);
    for (long i = 0; count == 0 || i < count; i++) {
      TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      Map<String, Sample> now = look(clients, names, session);
      if (console.terminal().out()) {
        console.print("\u001b[H\u001b[2J");
      }
      show(console, before, now);
      console.flush();
      before = now;
    }
  }

  /** Endpoint to name, of all members; those of the command line if the list cannot be had. */
  private static Map<String, String> members(Session session) {
    Map<String, String> names = new TreeMap<>();
    try {
      for (Member member : session.client().memberList(false).members()) {
        if (!member.clientUrls().isEmpty()) {
          names.put(member.clientUrls().get(0), member.name());
        }
      }
    } catch (EtcdException e) {
      session.console().error("no list of members (" + e.text() + "); only --endpoints are shown");
    }
    if (names.isEmpty()) {
      session.endpoints().forEach(endpoint -> names.put(endpoint, ""));
    }
    return names;
  }

  private static Map<String, Sample> look(
      Map<String, KelsonClient> clients, Map<String, String> names, Session session) {
    Map<String, CompletableFuture<Sample>> looks = new TreeMap<>();
    clients.forEach(
        (endpoint, client) ->
            looks.put(
                endpoint,
                CompletableFuture.supplyAsync(
                    () -> look(endpoint, names.get(endpoint), client, session))));
    Map<String, Sample> samples = new TreeMap<>();
    looks.forEach((endpoint, look) -> samples.put(endpoint, look.join()));
    return samples;
  }

  private static Sample look(String endpoint, String name, KelsonClient client, Session session) {
    long start = System.nanoTime();
    try {
      EndpointStatus status = client.status(endpoint);
      long took = System.nanoTime() - start;
      return new Sample(endpoint, name, status, "", took, metrics(session, endpoint), start);
    } catch (EtcdException | CompletionException e) {
      String error = e instanceof EtcdException failure ? failure.text() : e.toString();
      return new Sample(endpoint, name, null, error, 0, Map.of(), start);
    }
  }

  private static Map<String, Double> metrics(Session session, String endpoint) {
    try {
      return Metrics.of(session, endpoint).all();
    } catch (CliException e) {
      return Map.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Map.of();
    }
  }

  private static void show(Console console, Map<String, Sample> before, Map<String, Sample> now) {
    long leaderIndex =
        now.values().stream()
            .filter(sample -> sample.status() != null)
            .mapToLong(sample -> sample.status().raftIndex())
            .max()
            .orElse(0);
    List<List<String>> rows = new ArrayList<>();
    now.forEach((endpoint, sample) -> rows.add(row(before.get(endpoint), sample, leaderIndex)));
    new TablePrinter(console).print(COLUMNS, rows);
  }

  private static List<String> row(Sample before, Sample now, long leaderIndex) {
    EndpointStatus status = now.status();
    if (status == null) {
      return List.of(
          now.name(), now.endpoint(), "", "", "", "", "", "", "", "", "", "", "", now.error());
    }
    boolean leads = status.leader() == status.header().memberId();
    double seconds = (now.atNanos() - before.atNanos()) / 1e9;
    boolean hasRate = before.status() != null;
    return List.of(
        now.name(),
        now.endpoint(),
        status.isLearner() ? "learner" : leads ? "leader" : "follower",
        Long.toUnsignedString(status.raftTerm()),
        Long.toUnsignedString(status.raftIndex()),
        Long.toString(leaderIndex - status.raftAppliedIndex()),
        hasRate ? rate(status.raftIndex() - before.status().raftIndex(), seconds) : "",
        rate(
            now.sum("grpc_server_handled_total") - before.sum("grpc_server_handled_total"),
            seconds),
        millis(now.tookNanos() / 1e9),
        millis(meanSync(before, now)),
        number(now.metric("etcd_debugging_mvcc_watcher_total")),
        GoText.size(status.dbSizeBytes()),
        bytes(now.metric("process_resident_memory_bytes")),
        status.errors().isEmpty() ? "ok" : String.join(", ", status.errors()));
  }

  private static double meanSync(Sample before, Sample now) {
    String name = "etcd_disk_wal_fsync_duration_seconds";
    double syncs = now.metric(name + "_count") - before.metric(name + "_count");
    double seconds = now.metric(name + "_sum") - before.metric(name + "_sum");
    return syncs > 0 ? seconds / syncs : Double.NaN;
  }

  private static String rate(double more, double seconds) {
    return Double.isNaN(more) ? "" : String.format(Locale.ROOT, "%.0f", more / seconds);
  }

  private static String millis(double seconds) {
    return Double.isNaN(seconds) ? "" : String.format(Locale.ROOT, "%.1fms", seconds * 1000);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.0f", value);
  }

  private static String bytes(double value) {
    return Double.isNaN(value) ? "" : GoText.size((long) value);
  }
}
