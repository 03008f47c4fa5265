package io.kelson.chaos.cluster;

import io.kelson.client.EndpointStatus;
import io.kelson.client.EtcdException;
import io.kelson.client.KelsonClient;
import io.kelson.client.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks members, each on a connection of its own, how they stand. Thread-safe. */
final class MemberStatus implements AutoCloseable {
  private static final Duration ANSWER_BOUND = Duration.ofSeconds(2);

  private final List<String> endpoints;
  private final List<KelsonClient> clients = new ArrayList<>();

  MemberStatus(List<String> endpoints) {
    this.endpoints = List.copyOf(endpoints);
    for (String endpoint : endpoints) {
      clients.add(
          KelsonClient.builder()
              .endpoints(endpoint)
              .requestTimeout(ANSWER_BOUND)
              .retryPolicy(RetryPolicy.NEVER)
              .build());
    }
  }

  /** A member's status, or nothing if it does not answer. */
  Optional<EndpointStatus> of(int member) {
    try {
      return Optional.of(clients.get(member).status(endpoints.get(member)));
    } catch (EtcdException e) {
      return Optional.empty();
    }
  }

  /** The member that all of these name as leader in the same term; empty if they do not. */
  Optional<Integer> leader(List<Integer> running) {
    Map<Long, Integer> byId = new HashMap<>();
    EndpointStatus first = null;
    for (int member : running) {
      EndpointStatus status = of(member).orElse(null);
      if (status == null
          || status.leader() == 0
          || first != null
              && (first.leader() != status.leader() || first.raftTerm() != status.raftTerm())) {
        return Optional.empty();
      }
      first = status;
      byId.put(status.header().memberId(), member);
    }
    return first == null ? Optional.empty() : Optional.ofNullable(byId.get(first.leader()));
  }

  @Override
  public void close() {
    clients.forEach(KelsonClient::close);
  }
}
