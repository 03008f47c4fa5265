package io.kelson.examples.orchestrator.policy;

import java.util.List;
import java.util.Optional;

/**
 * The oldest item, to the next node by name after the one that got the last; a node without room is
 * passed over. While the oldest finds no room, all wait.
 */
public final class RoundRobin implements Policy {
  @Override
  public Optional<Placement> next(Situation now) {
    return now.possible().stream()
        .findFirst()
        .flatMap(
            oldest ->
                after(now.lastNode(), now.roomFor(oldest))
                    .map(node -> new Placement(oldest, node.name())));
  }

  private static Optional<NodeLoad> after(String last, List<NodeLoad> nodes) {
    return nodes.stream()
        .filter(node -> node.name().compareTo(last) > 0)
        .findFirst()
        .or(() -> nodes.stream().findFirst());
  }
}
