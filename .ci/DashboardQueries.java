import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a running Prometheus every query of the dashboard, and how its rules fare. Ends with 1 if a query has no data and is
 * not among those that may have none, or if a rule cannot be evaluated.
 *
 * <p>Run by smoke-metrics: java -cp gson.jar DashboardQueries.java DASHBOARD PROMETHEUS-URL EXCEPTIONS ALERTS
 */
public final class DashboardQueries {
  private static final long PATIENCE_NANOS = 90_000_000_000L;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  public static void main(String[] args) throws Exception {
    String prometheus = args[1];
    Map<String, String> open = queries(Path.of(args[0]));
    int all = open.size();
    List<String[]> exceptions = exceptions(Path.of(args[2]));
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    Map<String, String> missing = open;
    while (true) {
      missing = withoutData(prometheus, missing);
      Map<String, String> unexpected = new LinkedHashMap<>(missing);
      unexpected.keySet().removeIf(query -> reason(query, exceptions) != null);
      if (unexpected.isEmpty()) {
        break;
      }
      if (System.nanoTime() > deadline) {
        unexpected.forEach((query, panel) -> System.err.println("NO DATA: " + panel + ": " + query));
        System.exit(1);
      }
      Thread.sleep(1_000);
    }
    missing.forEach(
        (query, panel) ->
            System.out.println("no data, as may be: " + panel + ": " + reason(query, exceptions)));
    System.out.println((all - missing.size()) + " of " + all + " queries of the dashboard have data");
    checkRules(prometheus, Path.of(args[3]));
  }

  private static Map<String, String> queries(Path dashboard) throws Exception {
    Map<String, String> queries = new LinkedHashMap<>();
    JsonObject root = JsonParser.parseString(Files.readString(dashboard)).getAsJsonObject();
    for (JsonElement panel : root.getAsJsonArray("panels")) {
      JsonArray targets = panel.getAsJsonObject().getAsJsonArray("targets");
      if (targets != null) {
        for (JsonElement target : targets) {
          String query =
              target
                  .getAsJsonObject()
                  .get("expr")
                  .getAsString()
                  .replace("$__rate_interval", "20s")
                  .replace("$instance", ".*");
          queries.put(query, panel.getAsJsonObject().get("title").getAsString());
        }
      }
    }
    return queries;
  }

  /** Lines of a word that a query contains, and why it may have no data. */
  private static List<String[]> exceptions(Path file) throws Exception {
    List<String[]> exceptions = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        exceptions.add(line.split("\\s+", 2));
      }
    }
    return exceptions;
  }

  private static String reason(String query, List<String[]> exceptions) {
    for (String[] exception : exceptions) {
      if (query.contains(exception[0])) {
        return exception[1];
      }
    }
    return null;
  }

  private static Map<String, String> withoutData(String prometheus, Map<String, String> queries)
      throws Exception {
    Map<String, String> missing = new LinkedHashMap<>();
    for (Map.Entry<String, String> query : queries.entrySet()) {
      if (!hasData(prometheus, query.getKey())) {
        missing.put(query.getKey(), query.getValue());
      }
    }
    return missing;
  }

  private static boolean hasData(String prometheus, String query) throws Exception {
    String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
    JsonObject answer = get(prometheus + "/api/v1/query?query=" + encoded);
    if (!answer.get("status").getAsString().equals("success")) {
      throw new IllegalStateException(query + " is refused: " + answer);
    }
    for (JsonElement sample : answer.getAsJsonObject("data").getAsJsonArray("result")) {
      if (!sample.getAsJsonObject().getAsJsonArray("value").get(1).getAsString().equals("NaN")) {
        return true;
      }
    }
    return false;
  }

  private static void checkRules(String prometheus, Path alerts) throws Exception {
    int written = (int) Files.readAllLines(alerts).stream().filter(l -> l.contains("- alert:")).count();
    int seen = 0;
    JsonArray groups =
        get(prometheus + "/api/v1/rules").getAsJsonObject("data").getAsJsonArray("groups");
    for (JsonElement group : groups) {
      for (JsonElement element : group.getAsJsonObject().getAsJsonArray("rules")) {
        JsonObject rule = element.getAsJsonObject();
        seen++;
        if (!rule.get("health").getAsString().equals("ok")) {
          System.err.println("RULE NOT EVALUATED: " + rule);
          System.exit(1);
        }
        if (rule.get("state").getAsString().equals("firing")) {
          System.err.println("FIRES ON A HEALTHY CLUSTER: " + rule);
          System.exit(1);
        }
      }
    }
    if (seen != written) {
      System.err.println("Prometheus knows " + seen + " rules of " + written);
      System.exit(1);
    }
    System.out.println("all " + seen + " alerts evaluate, none fires");
  }

  private static JsonObject get(String url) throws Exception {
    String body =
        HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString()).body();
    return JsonParser.parseString(body).getAsJsonObject();
  }
}
