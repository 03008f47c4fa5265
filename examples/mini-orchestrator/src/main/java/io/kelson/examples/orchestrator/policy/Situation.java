package io.kelson.examples.orchestrator.policy;

import io.kelson.client.discovery.Instance;
import io.kelson.examples.orchestrator.work.Item;
import io.kelson.examples.orchestrator.work.Item.State;
import io.kelson.examples.orchestrator.work.Keys;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a policy decides on.
 *
 * @param pending the items that wait, oldest first
 * @param orphans the items that are assigned to nodes which are gone
 * @param nodes the nodes that live, by name
 * @param lastNode where the last item went; empty if that is not known
 */
public record Situation(
    List<Item> pending, List<Item> orphans, List<NodeLoad> nodes, String lastNode) {
  public Situation {
    pending = List.copyOf(pending);
    orphans = List.copyOf(orphans);
    nodes = List.copyOf(nodes);
  }

  /** The situation that these items and nodes make. */
  public static Situation of(List<Item> items, List<Instance> instances, String lastNode) {
    Map<String, Integer> used = new HashMap<>();
    items.stream()
        .filter(item -> item.state() == State.ASSIGNED)
        .forEach(item -> used.merge(item.node(), item.size(), Integer::sum));
    List<NodeLoad> nodes =
        instances.stream()
            .map(node -> new NodeLoad(node.id(), capacity(node), used.getOrDefault(node.id(), 0)))
            .sorted(Comparator.comparing(NodeLoad::name))
            .toList();
    Set<String> alive = nodes.stream().map(NodeLoad::name).collect(Collectors.toSet());
    return new Situation(
        items.stream()
            .filter(item -> item.state() == State.PENDING)
            .sorted(Comparator.comparingLong(Item::submitted))
            .toList(),
        items.stream()
            .filter(item -> item.state() == State.ASSIGNED && !alive.contains(item.node()))
            .toList(),
        nodes,
        lastNode);
  }

  /** A node that does not say how much it holds holds nothing. */
  private static int capacity(Instance node) {
    try {
      return Integer.parseInt(node.metadata().getOrDefault(Keys.CAPACITY, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * The items that wait and that some node could hold if it were empty. The others must not stand
   * in the way of those behind them.
   */
  List<Item> possible() {
    int largest = nodes.stream().mapToInt(NodeLoad::capacity).max().orElse(0);
    return pending.stream().filter(item -> item.size() <= largest).toList();
  }

  /** The nodes that have room for the item now, by name. */
  List<NodeLoad> roomFor(Item item) {
    return nodes.stream().filter(node -> node.free() >= item.size()).toList();
  }
}
