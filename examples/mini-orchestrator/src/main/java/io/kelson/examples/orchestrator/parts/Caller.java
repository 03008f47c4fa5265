package io.kelson.examples.orchestrator.parts;

import io.kelson.client.KelsonClient;
import io.kelson.client.discovery.Balancer;
import io.kelson.client.discovery.Instance;
import io.kelson.client.discovery.ServiceRegistry;
import io.kelson.client.discovery.ServiceView;
import io.kelson.examples.orchestrator.work.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Calls the nodes' service, each call by the balancer's choice. A node that died a moment ago is
 * still listed until its lease is over; then the next is asked. Thread-safe.
 */
public final class Caller implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ServiceView nodes;
  private final Balancer balancer;

  /**
   * Looks the service up, and goes on following it.
   *
   * @param balancing the way to choose, as {@code Balancers::roundRobin}
   */
  public Caller(KelsonClient client, Function<Supplier<List<Instance>>, Balancer> balancing) {
    this.nodes = new ServiceRegistry(client, Keys.SERVICES).watch(Keys.WORKER);
    this.balancer = balancing.apply(nodes::instances);
    nodes.ready().join();
  }

  /**
   * Calls one node.
   *
   * @return what it answered, its name; nothing if no node answers
   */
  public Optional<String> call() throws InterruptedException {
    for (int left = nodes.instances().size(); left > 0; left--) {
      try (Balancer.Pick pick = balancer.pick().orElse(null)) {
        if (pick == null) {
          break;
        }
        return Optional.of(ask(pick.instance()));
      } catch (IOException e) {
        // It is gone, and the list does not know yet.
      }
    }
    return Optional.empty();
  }

  private String ask(Instance node) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + node.address() + "/"))
            .timeout(PATIENCE)
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  @Override
  public void close() {
    nodes.close();
  }
}
