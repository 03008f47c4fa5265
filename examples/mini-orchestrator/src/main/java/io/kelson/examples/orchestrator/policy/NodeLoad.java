package io.kelson.examples.orchestrator.policy;

/**
 * A node and how full it is.
 *
 * @param name its name
 * @param capacity how much it can hold
 * @param used the sizes of what it runs now, together
 */
public record NodeLoad(String name, int capacity, int used) {
  /** How much more it can hold; below 0 when it holds too much already. */
  public int free() {
    return capacity - used;
  }
}
