package io.kelson.examples.orchestrator.policy;

import java.util.Comparator;
import java.util.Optional;

/**
 * The oldest item, to the node with the most room. Nobody overtakes: while the oldest finds no
 * room, all wait.
 */
public final class FirstComeFirstServed implements Policy {
  @Override
  public Optional<Placement> next(Situation now) {
    return now.possible().stream()
        .findFirst()
        .flatMap(
            oldest ->
                now.roomFor(oldest).stream()
                    .max(Comparator.comparingInt(NodeLoad::free))
                    .map(node -> new Placement(oldest, node.name())));
  }
}
