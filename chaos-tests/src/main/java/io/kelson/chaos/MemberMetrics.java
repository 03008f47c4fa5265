package io.kelson.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalLong;

/** What a member's page of metrics said at one moment. */
public final class MemberMetrics {
  /** Watchers that are behind; Kelson and etcd call them the same. */
  public static final String SLOW_WATCHERS = "etcd_debugging_mvcc_slow_watcher_total";

  /** Bytes of events that wait for clients; Kelson's own. */
  public static final String WATCH_QUEUE_BYTES = "kelson_watch_queue_bytes";

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).connectTimeout(PATIENCE).build();

  private final String page;

  MemberMetrics(String page) {
    this.page = page;
  }

  /** Asks a member, at its client port; a page without anything if it does not answer. */
  public static MemberMetrics of(String endpoint) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics"))
            .timeout(PATIENCE)
            .build();
    try {
      return new MemberMetrics(HTTP.send(request, BodyHandlers.ofString()).body());
    } catch (IOException e) {
      return new MemberMetrics("");
    }
  }

  /** The value of a metric without labels; empty if it is not on the page. */
  public OptionalLong value(String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst();
  }
}
