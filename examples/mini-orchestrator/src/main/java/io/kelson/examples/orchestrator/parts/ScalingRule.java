package io.kelson.examples.orchestrator.parts;

import java.time.Duration;

/**
 * How many nodes there should be: {@code ceil(work / workPerNode)}, not below {@code min} nor above
 * {@code max}; and after a change no other until {@code coolDown} is over. Work is the sizes of all
 * items that are not done, waiting or running. A pure function.
 *
 * @param workPerNode how much work one node is there for, from 1
 * @param min at least so many nodes, from 0
 * @param max at most so many nodes
 * @param coolDown too short, and nodes come and go with every item; too long, and work waits
 */
public record ScalingRule(int workPerNode, int min, int max, Duration coolDown) {
  public ScalingRule {
    if (workPerNode < 1) {
      throw new IllegalArgumentException("work per node is " + workPerNode + ": give 1 or more");
    }
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "nodes from " + min + " to " + max + ": give 0 or more, the smaller first");
    }
  }

  /**
   * The count to have.
   *
   * @param current the count wanted until now
   * @param work the sizes of all items not done
   * @param sinceChange how long the count has been wanted
   */
  public int desired(int current, long work, Duration sinceChange) {
    if (sinceChange.compareTo(coolDown) < 0) {
      return current;
    }
    long needed = work / workPerNode + (work % workPerNode == 0 ? 0 : 1);
    return (int) Math.min(max, Math.max(min, needed));
  }
}
