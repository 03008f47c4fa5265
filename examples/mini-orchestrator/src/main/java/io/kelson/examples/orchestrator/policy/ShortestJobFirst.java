package io.kelson.examples.orchestrator.policy;

import io.kelson.examples.orchestrator.work.Item;
import java.util.Comparator;
import java.util.Optional;

/**
 * The shortest item that finds room, to the node with the most of it; of equally short ones the
 * older. Items wait least on average, and long ones may wait for ever.
 */
public final class ShortestJobFirst implements Policy {
  @Override
  public Optional<Placement> next(Situation now) {
    return now.possible().stream()
        .filter(item -> !now.roomFor(item).isEmpty())
        .min(Comparator.comparing(Item::duration).thenComparing(Item::submitted))
        .flatMap(
            shortest ->
                now.roomFor(shortest).stream()
                    .max(Comparator.comparingInt(NodeLoad::free))
                    .map(node -> new Placement(shortest, node.name())));
  }
}
