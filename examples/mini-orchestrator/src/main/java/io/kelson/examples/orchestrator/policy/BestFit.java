package io.kelson.examples.orchestrator.policy;

import java.util.Comparator;
import java.util.Optional;

/**
 * The oldest item that finds room, to the node where it leaves the least of it. Keeps whole nodes
 * free for large items, and lets small ones overtake.
 */
public final class BestFit implements Policy {
  @Override
  public Optional<Placement> next(Situation now) {
    return now.possible().stream()
        .filter(item -> !now.roomFor(item).isEmpty())
        .findFirst()
        .flatMap(
            oldest ->
                now.roomFor(oldest).stream()
                    .min(Comparator.comparingInt(NodeLoad::free))
                    .map(node -> new Placement(oldest, node.name())));
  }
}
