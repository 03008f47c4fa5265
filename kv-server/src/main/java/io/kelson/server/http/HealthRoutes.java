package io.kelson.server.http;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The three ways in which a member is asked how it is, with etcd's bodies and status codes.
 *
 * <p>{@code /health} answers for the cluster as this member sees it: alarms, a leader, a read that
 * works. {@code /livez} says whether it would help to restart this member, and {@code /readyz}
 * whether to send it requests; both are made of checks, each of which can be asked for alone or
 * left out.
 */
final class HealthRoutes {
  private static final String NO_SPACE = "NOSPACE";
  private static final String CORRUPT = "CORRUPT";

  private final MemberHealth health;

  HealthRoutes(MemberHealth health) {
    this.health = health;
  }

  /** One thing to check; says once, on any thread, what is wrong, or nothing. */
  private interface Check extends Consumer<Consumer<String>> {}

  /** All routes by path. */
  Map<String, Route> all() {
    Map<String, Route> routes = new TreeMap<>();
    routes.put("/health", new Gets(this::health));
    Map<String, Check> live = new LinkedHashMap<>();
    live.put("serializable_read", done -> health.read(true, done));
    put(routes, "/livez", live);
    Map<String, Check> ready = new LinkedHashMap<>();
    ready.put("data_corruption", done -> done.accept(corruption()));
    ready.put("serializable_read", done -> health.read(true, done));
    ready.put("linearizable_read", done -> health.read(false, done));
    ready.put(
        "non_learner", done -> done.accept(health.isLearner() ? "not supported for learner" : ""));
    put(routes, "/readyz", ready);
    return routes;
  }

  private String corruption() {
    return health.alarms().contains(CORRUPT) ? "alarm activated: " + CORRUPT : "";
  }

  private void health(Exchange exchange) {
    List<String> excluded = exchange.parameter("exclude");
    boolean serializable =
        exchange.parameter("serializable").stream().findFirst().orElse("").equals("true");
    String problem = problemAtHand(excluded, serializable);
    if (!problem.isEmpty()) {
      replyHealth(exchange, problem);
      return;
    }
    health.read(
        serializable,
        error ->
            exchange
                .executor()
                .execute(
                    () -> replyHealth(exchange, error.isEmpty() ? "" : "RANGE ERROR:" + error)));
  }

  /** A full disk leaves serializable health alone: reads work, and restarting makes no room. */
  private String problemAtHand(List<String> excluded, boolean serializable) {
    for (String alarm : health.alarms()) {
      if (!excluded.contains(alarm)) {
        return "ALARM " + alarm;
      }
    }
    if (serializable) {
      return "";
    }
    String disk = health.diskReason();
    if (!disk.isEmpty() && !excluded.contains(NO_SPACE)) {
      return disk;
    }
    return health.hasLeader() ? "" : "RAFT NO LEADER";
  }

  private void replyHealth(Exchange exchange, String reason) {
    boolean healthy = reason.isEmpty();
    health.answered(healthy);
    String body = "{\"health\":\"%b\",\"reason\":%s}".formatted(healthy, JsonText.quote(reason));
    exchange.reply(healthy ? OK : SERVICE_UNAVAILABLE, Exchange.JSON, body);
  }

  private void put(Map<String, Route> routes, String path, Map<String, Check> named) {
    Map<String, Check> checks = new LinkedHashMap<>();
    named.forEach((name, check) -> checks.put(name, told(path.substring(1), name, check)));
    routes.put(
        path,
        new Gets(
            exchange -> {
              Map<String, Check> asked = new LinkedHashMap<>(checks);
              asked.keySet().removeAll(exchange.parameter("exclude"));
              new Run(exchange, asked).begin();
            }));
    checks.forEach(
        (name, check) ->
            routes.put(
                path + "/" + name,
                new Gets(exchange -> new Run(exchange, Map.of(name, check)).begin())));
  }

  private Check told(String probe, String name, Check check) {
    return done ->
        check.accept(
            result -> {
              health.checked(probe, name, result.isEmpty());
              done.accept(result);
            });
  }

  /** One request's checks, at once; answers when all have. */
  private static final class Run {
    private final Exchange exchange;
    private final List<String> names;
    private final List<Check> checks;
    private final String[] results;
    private int left;

    Run(Exchange exchange, Map<String, Check> checks) {
      this.exchange = exchange;
      this.names = List.copyOf(checks.keySet());
      this.checks = new ArrayList<>(checks.values());
      this.results = new String[names.size()];
      this.left = names.size();
    }

    void begin() {
      if (left == 0) {
        reply();
      }
      for (int i = 0; i < results.length; i++) {
        int at = i;
        checks.get(i).accept(result -> exchange.executor().execute(() -> done(at, result)));
      }
    }

    private void done(int at, String result) {
      results[at] = result;
      left--;
      if (left == 0) {
        reply();
      }
    }

    private void reply() {
      StringBuilder report = new StringBuilder();
      boolean failed = false;
      for (int i = 0; i < results.length; i++) {
        boolean fine = results[i].isEmpty();
        failed |= !fine;
        report.append(
            fine
                ? "[+]%s ok\n".formatted(names.get(i))
                : "[-]%s failed: %s\n".formatted(names.get(i), results[i]));
      }
      exchange.answerHeaders().set("X-Content-Type-Options", "nosniff");
      if (failed) {
        exchange.reply(SERVICE_UNAVAILABLE, Exchange.TEXT, report + "\n");
      } else {
        boolean verbose = !exchange.parameter("verbose").isEmpty();
        exchange.reply(OK, Exchange.TEXT, (verbose ? report : "") + "ok\n");
      }
    }
  }
}
